#!/usr/bin/env bash
# Runs `hesse analyze` on every case of the PyTorch yardstick and prints how its figures compare, as Markdown.
#
#     benchmarks/accuracy.sh CIFAR [SHARED]
#
# CIFAR   folder with CIFAR-10's binary files, as the yardstick's images were unpacked
# SHARED  folder with the yardstick's checkpoints/ and reference/; ../shared beside the project by default
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cifar=$(cd "${1:?usage: benchmarks/accuracy.sh CIFAR [SHARED]}" && pwd)
shared=${2:-$root/../shared}
if [[ ! -d $shared/reference ]]; then
  echo "skipped: there is no yardstick in $shared"
  exit 0
fi
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
exec java -cp "$root/benchmarks/target/classes:$root/io/target/classes:$(ls "$root"/cli/target/*/jackson-core-*.jar)" \
  dev.hesse.benchmarks.AccuracyReport "$root/hesse" "$(cd "$shared" && pwd)" "$cifar"
