package dev.hesse.hessian;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A dataset cut into mini-batches, each with the compiled loss of its size: one for all but perhaps
 * a smaller last batch.
 */
final class MiniBatches implements AutoCloseable {
  private final LossModel model;
  private BatchSource data;
  private final Curvature curvature;
  private final int samples;
  private final Precision precision;
  private final Device device;
  private final List<MiniBatch> batches = new ArrayList<>();
  private ReadAhead reader;
  private final Map<Integer, CompiledLoss> compiled = new HashMap<>();

  /**
   * A range of the dataset's order.
   *
   * @param weight its share of all examples
   */
  record MiniBatch(int from, int count, double weight) {}

  /** For a curvature that draws no labels. */
  MiniBatches(
      LossModel model,
      BatchSource data,
      int size,
      Curvature curvature,
      Precision precision,
      Device device) {
    this(model, data, size, curvature, 1, precision, device);
  }

  /**
   * @param samples labels drawn for each term of {@link Curvature#MONTE_CARLO_FISHER}
   */
  MiniBatches(
      LossModel model,
      BatchSource data,
      int size,
      Curvature curvature,
      int samples,
      Precision precision,
      Device device) {
    this.model = model;
    this.data = data;
    this.curvature = curvature;
    this.samples = samples;
    this.precision = precision;
    this.device = device;
    for (int from = 0; from < data.examples(); from += size) {
      int count = Math.min(size, data.examples() - from);
      batches.add(new MiniBatch(from, count, (double) count / data.examples()));
    }
    this.reader = new ReadAhead(data, batches);
  }

  List<MiniBatch> all() {
    return batches;
  }

  Batch read(MiniBatch batch) {
    return reader.read(batch.from() / batches.get(0).count());
  }

  /** Where a mini-batch begins in the data of the whole computation. */
  int position(MiniBatch batch) {
    return data.position(batch.from());
  }

  /**
   * Puts the examples that are fitted worst first, so that few mini-batches have most of the
   * curvature; leaves their order where the graph does not say how well they are fitted.
   *
   * <p>Cost: an evaluation of all examples.
   */
  void sortByResidual() {
    double[] residuals = residuals();
    if (residuals.length > 0) {
      data = data.reordered(Residuals.worstFirst(residuals));
      reader.close();
      reader = new ReadAhead(data, batches);
    }
  }

  /** How far each example is from being fitted; empty where the graph does not say so. */
  double[] residuals() {
    double[] residuals = new double[data.examples()];
    for (MiniBatch batch : batches) {
      double[] part = compiled(batch).residuals(read(batch));
      if (part.length < batch.count()) {
        return new double[0];
      }
      for (int i = 0; i < part.length; i++) {
        residuals[batch.from() + i] = part[i] * batch.count();
      }
    }
    return residuals;
  }

  CompiledLoss compiled(MiniBatch batch) {
    return compiled.computeIfAbsent(
        batch.count(),
        size ->
            new CompiledLoss(
                model.lossGraph(size, precision), model.weights(), curvature, samples, device));
  }

  @Override
  public void close() {
    reader.close();
    compiled.values().forEach(CompiledLoss::close);
  }
}
