package dev.hesse.spark;

import dev.hesse.hessian.BeyondMiniBatches;
import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.io.BadInputException;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * What an executor is told of a computation, once for all of its parts.
 *
 * @param id tells runs apart
 * @param order of the examples as opened; null for their own
 * @param fingerprint of the examples in their own order, as the driver has them
 * @param memoryBytes that all parts on one executor may take together for values
 */
record Run(
    String id,
    Broadcast<ModelDescription> model,
    DataOpener data,
    @Nullable Broadcast<int[]> order,
    long fingerprint,
    Deal deal,
    Curvature curvature,
    Precision precision,
    long seed,
    int fisherSamples,
    long memoryBytes)
    implements Serializable {

  /** The same over the examples in another order, which is a run of its own. */
  Run ordered(String newId, Broadcast<int[]> known) {
    return new Run(
        newId,
        model,
        data,
        known,
        fingerprint,
        deal,
        curvature,
        precision,
        seed,
        fisherSamples,
        memoryBytes);
  }

  /** All examples, in their own order. */
  BatchSource open() {
    BatchSource opened;
    try {
      opened = data.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (opened.examples() != deal.examples()) {
      throw new BadInputException(
          "%s: an executor finds %d examples there, the driver found %d"
              .formatted(opened.source(), opened.examples(), deal.examples()),
          "Give a path that leads to the same files on every machine");
    }
    if (Fingerprint.of(opened) != fingerprint) {
      throw new BadInputException(
          "%s: an executor finds other examples there than the driver".formatted(opened.source()),
          "Give a path that leads to the same files on every machine");
    }
    return opened;
  }

  /** The examples as opened, in the order of the computation. */
  BatchSource inOrder(BatchSource opened) {
    return order == null ? opened : opened.reordered(order.value());
  }

  /** How the operator of a part computes. */
  CurvatureOperator.Options options(long partBytes) {
    return new CurvatureOperator.Options(
        BeyondMiniBatches.ofMiniBatches(curvature),
        deal.miniBatch(),
        precision,
        Device.CPU,
        partBytes,
        0,
        seed,
        fisherSamples,
        1);
  }
}
