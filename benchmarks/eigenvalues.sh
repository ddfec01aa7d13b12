#!/usr/bin/env bash
# Products until the largest eigenpairs of ResNet20's Hessian have equally small residuals, by power iteration, Lanczos and
# thick-restart block Lanczos. Prints a Markdown table.
#
#     benchmarks/eigenvalues.sh CHECKPOINT CIFAR [IMAGES [K...]]
#
# CHECKPOINT  of ResNet20
# CIFAR       folder with CIFAR-10's binary files
# IMAGES      the first of the training split, 200 by default; the warm start is from as many of the test split
# K           how many eigenpairs; 1 10 50 by default
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
usage="usage: benchmarks/eigenvalues.sh CHECKPOINT CIFAR [IMAGES [K...]]"
checkpoint=$(realpath "${1:?$usage}")
cifar=$(cd "${2:?$usage}" && pwd)
images=${3:-200}
shift $(($# < 3 ? $# : 3))
counts=("$@")
[[ $# -gt 0 ]] || counts=(1 10 50)
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
exec java -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar:$(echo "$root"/cli/target/hesse-lib/*.jar | tr ' ' ':')" \
  dev.hesse.benchmarks.EigenvalueBenchmark "$checkpoint" "$cifar" "$images" "${counts[@]}" 2> >(grep -v 0000 >&2)
