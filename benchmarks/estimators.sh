#!/usr/bin/env bash
# Errors of eigenvalue, trace and density against products spent, beside PyHessian's procedure, on networks whose whole
# spectrum is known. Prints a Markdown table and draws the curves.
#
#     benchmarks/estimators.sh CIFAR SVG [SEEDS] [SHARED]
#
# CIFAR   folder with CIFAR-10's binary files, as the yardstick's images were unpacked
# SVG     the figure to write
# SEEDS   9 by default
# SHARED  folder with the yardstick's checkpoints/ and reference/; ../shared beside the project by default
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cifar=$(cd "${1:?usage: benchmarks/estimators.sh CIFAR SVG [SEEDS] [SHARED]}" && pwd)
svg=$(realpath "${2:?usage: benchmarks/estimators.sh CIFAR SVG [SEEDS] [SHARED]}")
shared=${4:-$root/../shared}
if [[ ! -d $shared/reference ]]; then
  echo "skipped: there is no yardstick in $shared"
  exit 0
fi
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
exec java -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar:$(echo "$root"/cli/target/hesse-lib/*.jar | tr ' ' ':')" \
  dev.hesse.benchmarks.EstimatorBenchmark "$(cd "$shared" && pwd)" "$cifar" "$svg" "${3:-9}" 2> >(grep -v 0000 >&2)
