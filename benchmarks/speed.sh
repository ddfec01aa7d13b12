#!/usr/bin/env bash
# Measures speed and memory on this machine, Hesse and PyTorch next to each other in rounds, and writes tables with medians,
# spread and a description of the machine to benchmarks/results/speed-SIZE.md, and the numbers beside them as speed-SIZE.tsv.
#
#     benchmarks/speed.sh TORCH_PYTHON|none [quick|full [CIFAR]]
#     benchmarks/speed.sh table FILE.tsv
#
# TORCH_PYTHON  a Python with torch and numpy, for SHARED/reference/torch_reference.py (SHARED is ../shared beside the
#               project unless the variable SHARED says otherwise); "none" leaves PyTorch out
# quick         the default: small sizes, as many rounds as fit 9 minutes; full: about an hour
# CIFAR         folder with CIFAR-10's binary files; whole analyses are left out without it
# table         prints the tables of numbers measured before
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
first=${1:?usage: benchmarks/speed.sh TORCH_PYTHON|none [quick|full [CIFAR]]}
[[ $first = none || $first = table ]] || command -v "$first" >/dev/null || { echo "speed.sh: there is no program $first" >&2; exit 2; }
size=${2:-quick} cifar=${3:-none} shared=${SHARED:-$root/../shared}
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
program=(java -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar:$(echo "$root"/cli/target/hesse-lib/*.jar | tr ' ' ':')"
  dev.hesse.benchmarks.SpeedBenchmark)
if [[ $first = table ]]; then
  exec "${program[@]}" table "$size"
fi
revision=$(git -C "$root" describe --always 2>/dev/null || echo unknown)
[[ $revision = unknown ]] || git -C "$root" diff --quiet HEAD -- . ':!benchmarks/results' || revision+=-changed
[[ $cifar = none ]] || cifar=$(cd "$cifar" && pwd)
[[ $first = none || -d $shared/reference ]] || { echo "speed.sh: there is no yardstick in $shared; set SHARED" >&2; exit 2; }
mkdir -p "$root/benchmarks/results"
exec "${program[@]}" "$root" "$first" "$(realpath -m "$shared")" "$cifar" "$size" "$revision" "$root/benchmarks/results/speed-$size"
