package dev.hesse.cli;

import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.spark.SparkConnection;
import java.util.Optional;

/** A cluster that computes in place of this process. */
record Cluster(SparkConnection connection, ClusterOptions options) implements AutoCloseable {

  /** Connects to the cluster, if one is asked for. */
  static Optional<Cluster> connect(AnalyzeOptions options) {
    if (options.cluster().isPresent() && !options.output().verbose()) {
      Console.quietenOthers();
    }
    return options.cluster().map(asked -> new Cluster(asked.connect(options.computation()), asked));
  }

  LossCurvature curvature(LossModel model, BatchSource examples, CurvatureOperator.Options how) {
    return connection.curvature(model, options.data(), examples, how, options.partitions());
  }

  LossEvaluation evaluate(LossModel model, BatchSource examples, CurvatureOperator.Options how) {
    return connection.evaluate(model, options.data(), examples, how, options.partitions());
  }

  /** What is not as asked for, in a sentence; empty if all is. */
  Optional<String> notice(int miniBatches) {
    return options.partitions().stream()
        .filter(asked -> asked > miniBatches)
        .mapToObj(
            asked ->
                "the data is in %d parts, not %d, as there are no more mini-batches."
                    .formatted(miniBatches, asked))
        .findFirst();
  }

  @Override
  public void close() {
    connection.close();
  }
}
