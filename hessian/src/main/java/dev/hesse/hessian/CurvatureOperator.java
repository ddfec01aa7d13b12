package dev.hesse.hessian;

import dev.hesse.hessian.MiniBatches.MiniBatch;
import dev.hesse.hessian.linalg.SumOperator;
import dev.hesse.hessian.linalg.Vectors;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The curvature of a model's mean loss over a dataset, as products with vectors of all n trainable
 * parameters in the order of {@link #parameters()}.
 *
 * <p>A product over several mini-batches is the sum of theirs, weighted by their numbers of
 * examples, in double precision. Of as many mini-batches as the memory budget allows, the values
 * that products read are computed once and kept; for the others they are computed anew in each
 * product, and shared by the vectors of a block.
 *
 * <p>Cost of a product over kept batches: six convolutions for each of the network's, 6.1 forward
 * passes for ResNet20 as measured; otherwise 8.8, or 6.3 a vector in a block.
 *
 * <p>Not thread-safe. Closing it frees all native memory.
 */
public final class CurvatureOperator implements LossCurvature {
  static final int BLOCK = 8;

  /** Smaller mini-batches cost more per example: 16 % more than 200 at 25 for ResNet20. */
  private static final int LEAST_STRATUM = 25;

  private static final int TIMED_EVALUATIONS = 3;

  private final ParameterLayout layout;
  private final MiniBatches batches;
  private final Map<MiniBatch, KeptBatch> kept = new HashMap<>();
  private final BeyondMiniBatches beyond;
  private final double loss;
  private final double accuracy;
  private final double[] gradient;

  private final long seed;
  private final double forwardSeconds;
  private final OperatorChecks checks;
  private final Precision precision;
  private double products;
  private long productNanos;

  /**
   * How to compute.
   *
   * @param curvature which matrix
   * @param miniBatch examples per run of the graph
   * @param precision of the graph; vectors and sums over mini-batches are double
   * @param device where the graph runs
   * @param memoryBytes what kept values and one product may take together
   * @param l2 λ ≥ 0 of a penalty λ‖w‖² on all parameters w, which adds 2λ to every eigenvalue
   * @param seed of the labels of {@link Curvature#MONTE_CARLO_FISHER}
   * @param fisherSamples how many of these are drawn for each term of the loss
   * @param strata into how many mini-batches, if they have 25 examples or more, the examples are
   *     cut by how well they are fitted, for estimators that profit from {@link SumOperator}; 1
   *     leaves their order
   */
  public record Options(
      Curvature curvature,
      int miniBatch,
      Precision precision,
      Device device,
      long memoryBytes,
      double l2,
      long seed,
      int fisherSamples,
      int strata) {
    public static final int MINI_BATCH_DEFAULT = 200;
    public static final int FISHER_SAMPLES_DEFAULT = 1;

    /** The Hessian, in float32 on the CPU, with a GiB for kept values. */
    public static final Options DEFAULT =
        new Options(Curvature.HESSIAN, MINI_BATCH_DEFAULT, Precision.FLOAT32, Device.CPU, 1L << 30);

    public Options {
      if (miniBatch < 1) {
        throw new IllegalArgumentException("expected a mini-batch of at least 1, got " + miniBatch);
      }
      Penalty.requireValid(l2);
      if (fisherSamples < 1) {
        throw new IllegalArgumentException(
            "expected at least one Fisher sample, got " + fisherSamples);
      }
      if (strata < 1) {
        throw new IllegalArgumentException("expected at least one stratum, got " + strata);
      }
    }

    /** With one Fisher sample. */
    public Options(
        Curvature curvature,
        int miniBatch,
        Precision precision,
        Device device,
        long memoryBytes,
        double l2,
        long seed,
        int strata) {
      this(
          curvature,
          miniBatch,
          precision,
          device,
          memoryBytes,
          l2,
          seed,
          FISHER_SAMPLES_DEFAULT,
          strata);
    }

    /** Without a penalty. */
    public Options(
        Curvature curvature, int miniBatch, Precision precision, Device device, long memoryBytes) {
      this(curvature, miniBatch, precision, device, memoryBytes, 0, 0, 1);
    }
  }

  /**
   * Compiles the model, computes loss and gradient, keeps what fits and checks the operator.
   *
   * <p>Cost: a gradient over the data; over the first mini-batch also three forward passes, another
   * gradient and two products.
   *
   * @throws ModelException if memory does not suffice for a product over one mini-batch, the loss
   *     or gradient is not finite, or the model is not deterministic
   * @throws dev.hesse.hessian.autodiff.UnsupportedGraphException if the graph cannot be
   *     differentiated
   */
  public CurvatureOperator(LossModel model, BatchSource data, Options options) {
    layout = model.parameters();
    precision = options.precision();
    seed = options.seed();
    beyond = new BeyondMiniBatches(model, options.curvature(), options.l2());
    int size = miniBatch(options, model, data.examples());
    batches =
        new MiniBatches(
            model,
            data,
            size,
            options.curvature(),
            options.fisherSamples(),
            options.precision(),
            options.device());
    boolean opened = false;
    try {
      if (options.strata() > 1 && batches.all().size() > 1) {
        batches.sortByResidual();
      }
      gradient = new double[layout.dimension()];
      double meanLoss = 0;
      double correct = 0;
      int keep = howManyFit(options.memoryBytes());
      double[] firstGradient = new double[0];
      for (MiniBatch miniBatch : batches.all()) {
        boolean kept = this.kept.size() < keep;
        CompiledLoss.Pass pass =
            batches
                .compiled(miniBatch)
                .differentiate(kept ? forProducts(miniBatch) : batches.read(miniBatch), kept);
        if (kept) {
          this.kept.put(miniBatch, pass.kept());
        }
        if (miniBatch.from() == 0) {
          firstGradient = pass.gradient();
        }
        meanLoss += miniBatch.weight() * pass.evaluation().loss();
        correct += pass.evaluation().correct();
        Vectors.addScaled(gradient, miniBatch.weight(), pass.gradient());
      }
      loss = meanLoss + beyond.loss();
      beyond.completeGradient(gradient);
      accuracy = correct / data.examples();
      ModelException.requireFinite("gradient norm", gradientNorm());
      MiniBatch first = batches.all().get(0);
      checks =
          OperatorChecks.run(
              batches.compiled(first),
              forProducts(first),
              firstGradient,
              kept.get(first),
              precision);
      forwardSeconds = timeForward(first);
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  /**
   * The mini-batch that cuts the examples into the strata that are wanted, of one size if that can
   * be; a smaller last one may remain.
   */
  public static int miniBatch(Options options, LossModel model, int examples) {
    int parts = Math.min(options.strata(), examples / LEAST_STRATUM);
    if (parts < 2 || !model.takesAnyBatch()) {
      return options.miniBatch();
    }
    int most = Math.min(options.miniBatch(), (examples + parts - 1) / parts);
    int least = Math.min(most, Math.max(LEAST_STRATUM, most / 2));
    return IntStream.rangeClosed(0, most - least)
        .map(i -> most - i)
        .filter(size -> examples % size == 0)
        .findFirst()
        .orElse(most);
  }

  /** The number of mini-batches whose values can be kept. */
  private int howManyFit(long memoryBytes) {
    List<MiniBatch> all = batches.all();
    long perBatch = Math.max(1, bytesPerBatch());
    // Beside the values that it reads, a product has about as many bytes of tangents.
    long fit = memoryBytes / perBatch - 1;
    if (fit < 1) {
      MiniBatch first = all.get(0);
      throw new ModelException(
          "a product over %d examples at once takes about %d MB, more than the %d MB allowed"
              .formatted(first.count(), (2 * perBatch) >> 20, memoryBytes >> 20),
          "Allow more memory or a mini-batch of at most %d"
              // A tenth less, as weights take their place whatever the number of examples.
              .formatted(Math.max(1, first.count() * memoryBytes / (2 * perBatch) * 9 / 10)));
    }
    // A product over a mini-batch that is not kept needs the place of one that could be.
    return (int) (fit >= all.size() ? all.size() : fit - 1);
  }

  private long bytesPerBatch() {
    return batches.compiled(batches.all().get(0)).bytesPerBatch();
  }

  private double timeForward(MiniBatch miniBatch) {
    Batch batch = batches.read(miniBatch);
    double[] seconds = new double[TIMED_EVALUATIONS];
    for (int i = 0; i < seconds.length; i++) {
      long start = System.nanoTime();
      batches.compiled(miniBatch).evaluate(batch);
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    Arrays.sort(seconds);
    return seconds[TIMED_EVALUATIONS / 2] / miniBatch.weight();
  }

  @Override
  public int dimension() {
    return layout.dimension();
  }

  @Override
  public void apply(double[] x, double[] y) {
    applyBlock(new double[][] {x}, new double[][] {y});
  }

  @Override
  public void applyBlock(double[][] x, double[][] y) {
    for (int from = 0; from < x.length; from += BLOCK) {
      int to = Math.min(x.length, from + BLOCK);
      long start = System.nanoTime();
      multiply(Arrays.copyOfRange(x, from, to), Arrays.copyOfRange(y, from, to));
      productNanos += System.nanoTime() - start;
      products += to - from;
    }
  }

  private void multiply(double[][] x, double[][] y) {
    for (double[] row : y) {
      Arrays.fill(row, 0);
    }
    for (MiniBatch miniBatch : batches.all()) {
      addProducts(miniBatch, x, y);
    }
  }

  private void addProducts(MiniBatch miniBatch, double[][] x, double[][] y) {
    CompiledLoss compiled = batches.compiled(miniBatch);
    KeptBatch keptBatch = kept.get(miniBatch);
    if (keptBatch == null) {
      compiled.addProducts(forProducts(miniBatch), x, BLOCK, miniBatch.weight(), y);
    }
    for (int i = 0; i < x.length; i++) {
      if (keptBatch != null) {
        compiled.addProduct(keptBatch, x[i], miniBatch.weight(), y[i]);
      }
      beyond.completeProduct(y[i], x[i], miniBatch.weight());
    }
  }

  private Batch forProducts(MiniBatch miniBatch) {
    return batches
        .compiled(miniBatch)
        .forProducts(batches.read(miniBatch), seed, batches.position(miniBatch));
  }

  @Override
  public int terms() {
    return batches.all().size();
  }

  @Override
  public double share(int term) {
    return batches.all().get(term).weight();
  }

  @Override
  public void applyTerm(int term, double[][] x, double[][] y) {
    MiniBatch miniBatch = batches.all().get(term);
    for (int from = 0; from < x.length; from += BLOCK) {
      int to = Math.min(x.length, from + BLOCK);
      long start = System.nanoTime();
      for (int i = from; i < to; i++) {
        Arrays.fill(y[i], 0);
      }
      addProducts(miniBatch, Arrays.copyOfRange(x, from, to), Arrays.copyOfRange(y, from, to));
      productNanos += System.nanoTime() - start;
      products += (to - from) * miniBatch.weight();
    }
  }

  /** A block saves nothing over kept batches, as their values need no computing. */
  @Override
  public int preferredBlock() {
    return kept.size() == batches.all().size() ? 1 : BLOCK;
  }

  @Override
  public ParameterLayout parameters() {
    return layout;
  }

  @Override
  public double loss() {
    return loss;
  }

  @Override
  public double accuracy() {
    return accuracy;
  }

  @Override
  public double[] gradient() {
    return gradient.clone();
  }

  @Override
  public OperatorChecks checks() {
    return checks;
  }

  /**
   * An estimate of a product's rounding error relative to the matrix's norm: 16 unit roundoffs,
   * 9.5e-7 in float32. The {@linkplain OperatorChecks#symmetry symmetry defects} of trained ResNets
   * of 8 layers were 3e-7 to 8e-7. It does not hold for a GPU that rounds products to
   * TensorFloat-32.
   */
  @Override
  public double noise() {
    return 16 * precision.unitRoundoff();
  }

  @Override
  public double products() {
    return products;
  }

  @Override
  public double productSeconds() {
    return products == 0 ? Double.NaN : productNanos * 1e-9 / products;
  }

  @Override
  public double forwardSeconds() {
    return forwardSeconds;
  }

  @Override
  public int miniBatch() {
    return batches.all().get(0).count();
  }

  @Override
  public int miniBatches() {
    return batches.all().size();
  }

  @Override
  public int keptMiniBatches() {
    return kept.size();
  }

  @Override
  public long keptBytes() {
    return kept.keySet().stream().mapToLong(b -> batches.compiled(b).bytesPerBatch()).sum();
  }

  /** As estimated. */
  @Override
  public long memoryBytes() {
    return (kept.size() + (kept.size() == batches.all().size() ? 1 : 2)) * bytesPerBatch();
  }

  @Override
  public void close() {
    try (batches) {
      kept.values().forEach(KeptBatch::close);
    }
  }
}
