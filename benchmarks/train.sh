#!/usr/bin/env bash
# Times training steps of ResNet20 beside PyTorch's on this machine, round by round in turn, and prints a Markdown table of
# medians over all steps, their spread, and the ratio of the two.
#
#     benchmarks/train.sh TORCH_PYTHON [ROUNDS [DEPTH [BATCH]]]
#
# TORCH_PYTHON  a Python with torch; "none" leaves PyTorch out
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
python=${1:?usage: benchmarks/train.sh TORCH_PYTHON [ROUNDS [DEPTH [BATCH]]]}
rounds=${2:-5} depth=${3:-20} batch=${4:-128} repeats=10
threads=$(nproc)
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds" >&2
  if [[ $python != none ]]; then
    "$python" "$root/benchmarks/train_step.py" "$depth" "$batch" "$repeats" "$threads" 2>/dev/null |
      sed 's/^/torch /' >>"$lines"
  fi
  TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=1 \
    java -Xmx4g -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar" \
    dev.hesse.benchmarks.TrainBenchmark "$depth" "$batch" "$repeats" 2>/dev/null |
    sed 's/^/hesse /' >>"$lines"
done
echo "ResNet$depth, width 16, batch $batch, $rounds rounds of $repeats steps in turn; $threads cores of $(
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); load $(cut -d' ' -f1 /proc/loadavg) at the end"
echo
awk '
  $2 == "version" { version = $3; next }
  { key = $1 " " $2; for (i = 3; i <= NF; i++) value[key, ++count[key]] = $i }
  function sort(key,   i, j, t) {
    for (i = 2; i <= count[key]; i++) for (j = i; j > 1 && value[key, j - 1] + 0 > value[key, j] + 0; j--) {
      t = value[key, j]; value[key, j] = value[key, j - 1]; value[key, j - 1] = t
    }
  }
  function quantile(key, q,   at, below) {
    at = 1 + q * (count[key] - 1); below = int(at)
    return below == count[key] ? value[key, below] : value[key, below] + (at - below) * (value[key, below + 1] - value[key, below])
  }
  function row(name, key) {
    if (!(key in count)) return
    sort(key)
    printf "| %s | %.4f | %.4f–%.4f | %.4f |\n", name, quantile(key, 0.5), quantile(key, 0.25), quantile(key, 0.75), value[key, 1]
  }
  END {
    print "| training step | median, s | middle half, s | fastest, s |"
    print "|---|---:|---:|---:|"
    row("PyTorch, contiguous", "torch contiguous")
    row("PyTorch, channels last", "torch channels-last")
    row("Hesse", "hesse step")
    if (version == "") exit
    contiguous = quantile("torch contiguous", 0.5); last = quantile("torch channels-last", 0.5)
    printf "\nHesse / PyTorch %s (%s, its faster layout): %.2f\n", version, last < contiguous ? "channels last" : "contiguous",
      quantile("hesse step", 0.5) / (last < contiguous ? last : contiguous)
  }' "$lines"
