package dev.hesse.hessian;

import dev.hesse.hessian.CompiledLoss.Evaluation;
import dev.hesse.hessian.MiniBatches.MiniBatch;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The loss and accuracy of a model on a grid of weights w + Σ cₖ·dₖ.
 *
 * @param losses mean over all examples, with the penalty; NaN where it is not finite
 * @param accuracies share of examples classified right, NaN where the loss is; empty where nothing
 *     is classified
 * @param pointSeconds mean wall-clock seconds of a point, over all examples
 * @param forwardSeconds the same of the loss alone, as it is without directions
 */
public record LossLandscape(
    List<Double> losses, List<Double> accuracies, double pointSeconds, double forwardSeconds) {
  private static final int TIMED_EVALUATIONS = 3;

  /** Roundings that may add up before a difference means something: 2¹⁴ unit roundoffs. */
  private static final double SLACK = 0x1p14;

  public LossLandscape {
    losses = List.copyOf(losses);
    accuracies = List.copyOf(accuracies);
  }

  /**
   * One axis of the grid.
   *
   * @param direction d, as many entries as there are parameters
   * @param coordinates the values of c
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Axis(double[] direction, List<Double> coordinates) {
    public Axis {
      coordinates = List.copyOf(coordinates);
    }
  }

  /**
   * How to compute.
   *
   * @param miniBatch examples per run
   * @param l2 λ of the penalty that {@link CurvatureOperator.Options} describes
   */
  public record Options(int miniBatch, Precision precision, Device device, double l2) {}

  /**
   * Evaluates every point of the grid; the last axis's coordinate changes fastest. One mini-batch
   * at a time is in the session, and all points are evaluated on it before the next. They count by
   * their numbers of examples and are summed in double precision.
   *
   * <p>Cost: a forward pass over the data for each point, and four over the first mini-batch.
   * Points are evaluated one after another, as TensorFlow's threads are busy with one: two at once
   * took the same time for ResNet20 on two cores, for batches of 4, 25 and 200.
   *
   * @throws ModelException if the loss at the weights themselves is not finite, or differs between
   *     evaluations
   */
  public static LossLandscape of(
      LossModel model, BatchSource data, List<Axis> axes, Options options, Progress progress) {
    double[][] points = points(axes);
    double[] losses = new double[points.length];
    double[] correct = new double[points.length];
    List<double[]> directions = axes.stream().map(Axis::direction).toList();
    double forwardSeconds;
    long nanos = 0;
    int done = 0;
    try (MiniBatches batches =
        new MiniBatches(
            model,
            data,
            options.miniBatch(),
            Curvature.HESSIAN,
            options.precision(),
            options.device())) {
      forwardSeconds = checked(batches, options.precision());
      Map<Integer, List<MiniBatch>> bySize =
          batches.all().stream()
              .collect(
                  Collectors.groupingBy(MiniBatch::count, LinkedHashMap::new, Collectors.toList()));
      int runs = Math.multiplyExact(points.length, batches.all().size());
      for (Map.Entry<Integer, List<MiniBatch>> group : bySize.entrySet()) {
        try (MovedLoss moved =
            new MovedLoss(
                model.lossGraph(group.getKey(), options.precision()),
                model.weights(),
                directions,
                options.device())) {
          moved.load(batches.read(group.getValue().get(0)));
          moved.at(new double[axes.size()]); // TensorFlow prepares the graph in its first run
          for (MiniBatch batch : group.getValue()) {
            moved.load(batches.read(batch));
            long start = System.nanoTime();
            for (int k = 0; k < points.length; k++) {
              Evaluation evaluation = moved.at(points[k]);
              losses[k] += batch.weight() * evaluation.loss();
              correct[k] += evaluation.correct();
              progress.update("landscape", ++done, runs);
            }
            nanos += System.nanoTime() - start;
          }
        }
      }
    }
    addPenalty(losses, points, model, directions, options.l2());
    return new LossLandscape(
        IntStream.range(0, points.length)
            .mapToObj(k -> Double.isFinite(losses[k]) ? losses[k] : Double.NaN)
            .toList(),
        accuracies(losses, correct, data.examples()),
        nanos * 1e-9 / points.length,
        forwardSeconds);
  }

  private static double[][] points(List<Axis> axes) {
    List<double[]> points = new ArrayList<>(List.of(new double[0]));
    for (Axis axis : axes) {
      points =
          points.stream()
              .flatMap(
                  before ->
                      axis.coordinates().stream()
                          .map(
                              coordinate -> {
                                double[] point = Arrays.copyOf(before, before.length + 1);
                                point[before.length] = coordinate;
                                return point;
                              }))
              .toList();
    }
    return points.toArray(double[][]::new);
  }

  /** Holds the model to what a landscape needs, and returns the seconds of a forward pass. */
  private static double checked(MiniBatches batches, Precision precision) {
    MiniBatch first = batches.all().get(0);
    CompiledLoss compiled = batches.compiled(first);
    Batch batch = batches.read(first);
    double[] seconds = new double[TIMED_EVALUATIONS];
    double[] losses = new double[TIMED_EVALUATIONS];
    for (int i = 0; i < TIMED_EVALUATIONS; i++) {
      long start = System.nanoTime();
      losses[i] = compiled.evaluate(batch).loss();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
      if (Math.abs(losses[i] - losses[0])
          > SLACK * precision.unitRoundoff() * Math.abs(losses[0])) {
        throw new ModelException(
            "two evaluations of the same batch give losses of %s and %s"
                .formatted(losses[0], losses[i]),
            "Take a model without live dropout or other random operations");
      }
    }
    Arrays.sort(seconds);
    return seconds[TIMED_EVALUATIONS / 2] / first.weight();
  }

  /** λ‖w + Σ cₖ·dₖ‖², computed in double precision at every point. */
  private static void addPenalty(
      double[] losses,
      double[][] points,
      LossModel model,
      List<double[]> directions,
      double lambda) {
    if (lambda == 0) {
      return;
    }
    Penalty penalty = Penalty.of(model, lambda);
    for (int k = 0; k < points.length; k++) {
      double[] moved = penalty.weights().clone();
      for (int axis = 0; axis < directions.size(); axis++) {
        double[] direction = directions.get(axis);
        for (int i = 0; i < moved.length; i++) {
          moved[i] += points[k][axis] * direction[i];
        }
      }
      losses[k] += new Penalty(lambda, moved).loss();
    }
  }

  private static List<Double> accuracies(double[] losses, double[] correct, int examples) {
    if (Double.isNaN(correct[0])) {
      return List.of();
    }
    return IntStream.range(0, correct.length)
        .mapToObj(k -> Double.isFinite(losses[k]) ? correct[k] / examples : Double.NaN)
        .toList();
  }
}
