#!/usr/bin/env bash
# What a product over Spark costs beside its arithmetic, on local executors, in parts; then the same density and trace of ResNet20
# by one process and by two executors, in turn, three times.
#
#     benchmarks/spark.sh NET CIFAR [ROUNDS [EXECUTORS]]
#
# NET    a checkpoint of ResNet20, such as PyHessian's net.pkl
# CIFAR  a folder with CIFAR-10 in its binary layout
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
net=${1:?usage: benchmarks/spark.sh NET CIFAR [ROUNDS [EXECUTORS]]} cifar=${2:?} rounds=${3:-30} executors=${4:-2}
"$root/hesse" --version >&2
mvn -q -B -f "$root/pom.xml" -DskipTests -Dspotless.check.skip=true -pl benchmarks -am package >&2
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
opens=$(sed -n 's/.*<spark.opens>\(.*\)<\/spark.opens>.*/\1/p' "$root/pom.xml")
echo "$executors executors of one core; $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); load $(cut -d' ' -f1 /proc/loadavg)"
# shellcheck disable=SC2086 # several options in one variable
SPARK_HOME=$home SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=localhost \
  java $opens -Dlog4j2.configurationFile=hesse-log4j2.properties \
  -cp "$root/benchmarks/target/classes:$root/cli/target/hesse.jar:$root/cli/target/hesse-spark-lib/*" \
  dev.hesse.benchmarks.SparkBenchmark "local-cluster[$executors,1,1024]" 272474 "$executors" "$rounds" 2>"$home/err" || { tail -n 5 "$home/err" >&2; exit 1; }
for turn in 1 2 3; do
  for master in none "local-cluster[$executors,1,2048]"; do
    options=(analyze --resume "$net" --data-dir "$cifar" --sequential --hessian-batch-size 200 --mini-hessian-batch-size 50
      --density-iter 20 --trace-samples 16 --tol 1e-3 --max-iter 20 --out "$home/out")
    [ "$master" = none ] || options+=(--master "$master")
    echo "turn $turn, master $master: $("$root/hesse" "${options[@]}" | grep '^cost'); load $(cut -d' ' -f1 /proc/loadavg)"
  done
done
