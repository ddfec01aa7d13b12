#!/usr/bin/env bash
# Times products with the Hessian of ResNet20 beside PyTorch's on this machine, round by round in turn, and prints a
# Markdown table of medians over the rounds, with ratios to each side's own forward pass.
#
#     benchmarks/products.sh TORCH_PYTHON [ROUNDS [DEPTH [BATCH]]]
#
# TORCH_PYTHON  a Python with torch and numpy, for SHARED/reference/torch_reference.py (SHARED is ../shared beside the
#               project unless the variable SHARED says otherwise); "none" leaves PyTorch out
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
python=${1:?usage: benchmarks/products.sh TORCH_PYTHON [ROUNDS [DEPTH [BATCH]]]}
rounds=${2:-5} depth=${3:-20} batch=${4:-200} repeats=3 block=8
shared=${SHARED:-$root/../shared}
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -pl benchmarks -am package >&2
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds" >&2
  if [[ $python != none ]]; then
    "$python" "$shared/reference/torch_reference.py" bench --depth "$depth" --batch "$batch" --repeats "$repeats" \
      2>/dev/null | sed 's/^/torch /' >>"$lines"
  fi
  TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=1 \
    java -Xmx4g -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar" \
    dev.hesse.benchmarks.ProductBenchmark "$depth" "$batch" "$repeats" "$block" 2>/dev/null |
    sed 's/^/hesse /' >>"$lines"
done
echo "ResNet$depth, width 16, batch $batch, $rounds rounds of $repeats repeats in turn, medians; $(nproc) cores of $(
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); load $(cut -d' ' -f1 /proc/loadavg) at the end"
echo
sort -s -k1,1 "$lines" | awk '
  function median(list,   values, n, i, j, t) {
    n = split(list, values, " ")
    for (i = 2; i <= n; i++) for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; j--) {
      t = values[j]; values[j] = values[j - 1]; values[j - 1] = t
    }
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
  }
  $1 == "torch" && $3 == "median" { side = "PyTorch, "; value[side $2] = value[side $2] " " $4; seen[side $2] = 1 }
  $1 == "torch" && $2 == "torch" { version = $3 }
  $1 == "hesse" && $2 ~ /^(forward|gradient|product)/ {
    side = "Hesse, "
    for (i = 3; i <= NF; i++) value[side $2] = value[side $2] " " $i
    seen[side $2] = 1
  }
  $1 == "hesse" && $2 ~ /^(compiled|kept|peak)/ { last[$2] = $3 }
  $1 == "hesse" && $2 == "operation" { spent[$3] = spent[$3] " " $4 }
  END {
    print "| what | seconds a vector | own forward passes | own gradients |"
    print "|---|---:|---:|---:|"
    n = split("forward gradient hvp-double-backward-retained hvp-forward-over-reverse product-kept product-kept-block product-anew product-anew-block", order, " ")
    m = split("PyTorch, |Hesse, ", sides, "|")
    for (s = 1; s <= m; s++) for (i = 1; i <= n; i++) {
      key = sides[s] order[i]
      if (!(key in seen)) continue
      t = median(value[key])
      printf "| %s | %.4f | %.2f | %.2f |\n", key, t, t / median(value[sides[s] "forward"]), t / median(value[sides[s] "gradient"])
    }
    if (("PyTorch, hvp-double-backward-retained") in seen)
      printf "\nPyTorch %s (retained double backward) / Hesse (kept): %.2f\n", version,
        median(value["PyTorch, hvp-double-backward-retained"]) / median(value["Hesse, product-kept"])
    printf "\nFrom nothing to the first product %.1f s; kept values %.0f MB; peak resident memory of the process %.2f GB.\n",
      last["compiled-to-first-product"], last["kept-bytes"] / 1e6, last["peak-resident-kilobytes"] / 1e6
    print "\nA product by type of operation, seconds in a traced run:\n"
    for (type in spent) { t = median(spent[type]); if (t >= 0.002) printf "- %s %.3f\n", type, t | "sort -k3,3nr" }
    close("sort -k3,3nr")
  }'
