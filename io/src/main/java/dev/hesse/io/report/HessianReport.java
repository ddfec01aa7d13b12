package dev.hesse.io.report;

import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The result of an analysis. Records and their components are named and nested as the members of
 * {@code report.json}. A component that is null, and an empty {@code layers}, is a member that is
 * absent there: that part was not asked for or does not apply.
 *
 * @param loss mean loss over the examples
 * @param accuracy fraction of the examples that are classified right
 * @param gradientNorm Euclidean norm of the loss's gradient with respect to the parameters
 * @param curvature which matrix the rest is about, such as {@code hessian} or {@code ggn}
 * @param seed of every random choice
 * @param block the pattern of the parameters whose diagonal block the matrix is; absent for all
 * @param blockParameters how many these are
 * @param diagonal of the matrix, if it was estimated
 * @param layers one entry per parameter tensor, in the model's order
 * @param blocks one entry per layer, if its block was analysed apart
 * @param batches one entry per mini-batch, if its own matrix was analysed
 */
public record HessianReport(
    Tool tool,
    Model model,
    Data data,
    double loss,
    @Nullable Double accuracy,
    @Nullable Double gradientNorm,
    String curvature,
    @Nullable String block,
    @Nullable Long blockParameters,
    long seed,
    @Nullable Checks checks,
    @Nullable Eigenvalues eigenvalues,
    @Nullable Trace trace,
    @Nullable Density density,
    @Nullable Diagonal diagonal,
    List<Layer> layers,
    List<BlockResult> blocks,
    List<BatchResult> batches,
    Cost cost)
    implements Report {

  /** The version of the JSON document that this class mirrors. */
  public static final int SCHEMA_VERSION = 1;

  public HessianReport {
    layers = List.copyOf(layers);
    blocks = List.copyOf(blocks);
    batches = List.copyOf(batches);
  }

  /** The number of rows of the matrix. */
  public long order() {
    return blockParameters == null ? model.parameters() : blockParameters;
  }

  /** The largest eigenvalue, if it was looked for. */
  public @Nullable Eigenvalue lambdaMax() {
    return eigenvalues == null || eigenvalues.largest().isEmpty()
        ? null
        : eigenvalues.largest().get(0);
  }

  /** Of all parameters, without layers of their own. */
  public HessianReport(
      Tool tool,
      Model model,
      Data data,
      double loss,
      @Nullable Double accuracy,
      @Nullable Double gradientNorm,
      String curvature,
      long seed,
      @Nullable Checks checks,
      @Nullable Eigenvalues eigenvalues,
      @Nullable Trace trace,
      @Nullable Density density,
      List<Layer> layers,
      Cost cost) {
    this(
        tool,
        model,
        data,
        loss,
        accuracy,
        gradientNorm,
        curvature,
        null,
        null,
        seed,
        checks,
        eigenvalues,
        trace,
        density,
        null,
        layers,
        List.of(),
        List.of(),
        cost);
  }

  /**
   * The program and what it ran on.
   *
   * @param tensorflow TensorFlow's version
   * @param java the Java runtime's version
   * @param device where products ran: {@code cpu}, or the accelerator's name
   */
  public record Tool(
      String name,
      String version,
      @Nullable String tensorflow,
      String java,
      @Nullable String device) {}

  /**
   * The network.
   *
   * @param source the file that it came from, as the user gave it
   * @param sha256 of that file, in lower-case hexadecimal
   * @param parameters how many numbers the curvature is with respect to: the matrix's order
   * @param loss what the loss is of, in a phrase; absent for cross-entropy of a network's scores
   * @param parameterRule how it was known which variables are parameters, in a phrase; absent where
   *     the architecture says it
   */
  public record Model(
      String source,
      @Nullable String sha256,
      String architecture,
      long parameters,
      @Nullable String loss,
      @Nullable String parameterRule) {
    /** Of an architecture that says loss and parameters. */
    public Model(String source, @Nullable String sha256, String architecture, long parameters) {
      this(source, sha256, architecture, parameters, null, null);
    }
  }

  /**
   * The examples.
   *
   * @param source the folder or files that they came from, as the user gave them
   * @param split {@code train} or {@code test}, where the source has both
   * @param order {@code sequential} or {@code shuffled}
   * @param miniBatch how many were evaluated at once
   */
  public record Data(
      String source, @Nullable String split, String order, int examples, int miniBatch) {}

  /**
   * What the operator found when it checked itself.
   *
   * @param deterministic whether two gradients of the same examples agreed
   * @param symmetry |vᵀHw − wᵀHv| relative to the size of the terms, for random v and w
   * @param unusedParameters names of parameters that the loss does not depend on
   */
  public record Checks(boolean deterministic, double symmetry, List<String> unusedParameters) {
    public Checks {
      unusedParameters = List.copyOf(unusedParameters);
    }
  }

  /**
   * The outermost eigenvalues.
   *
   * @param converged whether every one of them met the tolerance
   * @param hvps matrix-vector products that they took
   * @param order {@link #BY_MAGNITUDE} where top has those of either sign; absent for their values'
   * @param top in descending order
   * @param bottom in ascending order
   */
  public record Eigenvalues(
      String method,
      boolean converged,
      long hvps,
      @Nullable String order,
      List<Eigenvalue> top,
      List<Eigenvalue> bottom) {
    public static final String BY_MAGNITUDE = "magnitude";

    public Eigenvalues {
      top = List.copyOf(top);
      bottom = List.copyOf(bottom);
    }

    /** In the order of their values. */
    public Eigenvalues(
        String method,
        boolean converged,
        long hvps,
        List<Eigenvalue> top,
        List<Eigenvalue> bottom) {
      this(method, converged, hvps, null, top, bottom);
    }

    /** From the largest down; of those by magnitude, the positive ones. */
    public List<Eigenvalue> largest() {
      return byMagnitude() ? top.stream().filter(found -> found.value() > 0).toList() : top;
    }

    /** From the smallest up; of those by magnitude, the negative ones. */
    public List<Eigenvalue> smallest() {
      return byMagnitude() ? top.stream().filter(found -> found.value() < 0).toList() : bottom;
    }

    /** Whether top has the largest in magnitude, of either sign. */
    public boolean byMagnitude() {
      return BY_MAGNITUDE.equals(order);
    }
  }

  /**
   * An approximate eigenvalue λ.
   *
   * @param residual ‖Hv − λv‖ for the unit vector v that goes with it; an eigenvalue of H is at
   *     most this far from λ
   * @param bound on that distance, where the next eigenvalues are known to be far: residual²/gap
   * @param gradientShare (gᵀv)²/‖g‖², the share of the squared gradient along v; of a block's
   *     eigenvector, of the gradient's part in the block
   */
  public record Eigenvalue(
      double value, double residual, @Nullable Double bound, @Nullable Double gradientShare) {
    /** Of a value and its residual alone. */
    public Eigenvalue(double value, double residual) {
      this(value, residual, null, null);
    }

    /** The bound, or the residual where there is none. */
    public double error() {
      return bound == null ? residual : bound;
    }
  }

  /**
   * The estimated trace.
   *
   * @param samples number of random probes
   * @param standardError of {@code value} as the mean over the probes
   */
  public record Trace(
      String method,
      boolean converged,
      long hvps,
      int samples,
      double value,
      double standardError) {}

  /**
   * What is known of an estimated diagonal d, which is in a file of its own.
   *
   * @param norm of the estimate
   * @param standardError √E‖estimate − d‖²
   * @param spatiallyAveraged whether the file has means over each convolution kernel's places
   */
  public record Diagonal(double norm, double standardError, boolean spatiallyAveraged) {}

  /**
   * The spectral density: its quadrature, and the curve that smoothing makes of it.
   *
   * @param method {@link #LANCZOS}, or another whose nodes are no Ritz values, such as {@code kpm}
   * @param sigma2 variance of the smoothing Gaussian
   * @param grid equally spaced eigenvalues, ascending
   * @param values the density at each of them
   * @param outliers how many nodes of each run are eigenvalues; absent if that was not looked for
   * @param sums numbers that follow from the whole spectrum
   */
  public record Density(
      String method,
      long hvps,
      double sigma2,
      List<Run> runs,
      List<Double> grid,
      List<Double> values,
      @Nullable Outliers outliers,
      List<SpectralSum> sums) {
    /** Gauss quadratures of Lanczos runs. A report that does not name the method has it. */
    public static final String LANCZOS = "lanczos";

    public Density {
      runs = List.copyOf(runs);
      sums = List.copyOf(sums);
      grid = List.copyOf(grid);
      values = List.copyOf(values);
      if (!(sigma2 > 0 && Double.isFinite(sigma2))) {
        throw new IllegalArgumentException("expected a positive variance, got " + sigma2);
      }
      if (runs.isEmpty()) {
        throw new IllegalArgumentException("expected at least one run, got none");
      }
      if (grid.size() != values.size()) {
        throw new IllegalArgumentException(
            "expected one value per grid point, got %d and %d"
                .formatted(values.size(), grid.size()));
      }
    }

    /** By Lanczos, with the curve of {@link Smoothing#standard}. */
    public static Density of(long hvps, List<Run> runs) {
      return of(LANCZOS, hvps, runs, null, List.of());
    }

    /** The same by any method, with outliers and sums. */
    public static Density of(
        String method,
        long hvps,
        List<Run> runs,
        @Nullable Outliers outliers,
        List<SpectralSum> sums) {
      Smoothing smoothing = Smoothing.standard(runs);
      DensityCurve curve = DensityCurve.of(runs, outliers, smoothing);
      return new Density(
          method,
          hvps,
          smoothing.sigma2(),
          runs,
          boxed(curve.grid()),
          boxed(curve.values()),
          outliers,
          sums);
    }

    /** Whether nodes are Ritz values, so that the outermost approach eigenvalues. */
    public boolean hasRitzValues() {
      return method.equals(LANCZOS);
    }
  }

  /**
   * Nodes of every run that have converged to simple eigenvalues.
   *
   * @param top how many of the largest
   * @param bottom how many of the smallest
   * @param dimension n of the matrix: each weighs 1/n
   */
  public record Outliers(int top, int bottom, long dimension) {}

  /**
   * A number that follows from the whole spectrum.
   *
   * @param name such as {@code frobeniusNorm}
   * @param argument the damping or threshold that it depends on; absent where there is none
   * @param standardError not finite, and null in JSON, where nothing tells it
   */
  public record SpectralSum(
      String name, @Nullable Double argument, double value, double standardError) {}

  /**
   * The quadrature of one run: ∫f dμ ≈ Σ weights[i]·f(nodes[i]).
   *
   * @param nodes Ritz values, if the run is one of Lanczos
   * @param weights as many numbers, none negative, not all zero, about 1 in sum
   * @param adjusted the weights with the exact ones of outliers; the same without any
   */
  public record Run(List<Double> nodes, List<Double> weights, List<Double> adjusted) {
    public Run {
      nodes = List.copyOf(nodes);
      weights = List.copyOf(weights);
      adjusted = List.copyOf(adjusted);
      if (nodes.size() != weights.size()) {
        throw new IllegalArgumentException(
            "expected one weight per node, got %d and %d".formatted(weights.size(), nodes.size()));
      }
      if (adjusted.size() != weights.size()) {
        throw new IllegalArgumentException(
            "expected as many adjusted weights as weights, got %d and %d"
                .formatted(adjusted.size(), weights.size()));
      }
      if (!nodes.stream().allMatch(Double::isFinite)) {
        throw new IllegalArgumentException("expected finite nodes");
      }
      double total = 0;
      for (double weight : weights) {
        if (!(weight >= 0)) {
          throw new IllegalArgumentException("expected weights of at least 0, got " + weight);
        }
        total += weight;
      }
      if (!(total > 0 && Double.isFinite(total))) {
        throw new IllegalArgumentException("expected weights about 1 in sum, got " + total);
      }
    }

    /** Without outliers. */
    public Run(List<Double> nodes, List<Double> weights) {
      this(nodes, weights, weights);
    }

    public static Run of(double[] nodes, double[] weights) {
      return new Run(boxed(nodes), boxed(weights));
    }
  }

  /**
   * The trace of one parameter tensor's diagonal block.
   *
   * @param size its number of elements
   * @param standardError of {@code trace}; absent where the trace is exact
   */
  public record Layer(String name, long size, double trace, @Nullable Double standardError) {}

  /**
   * What the analysis took.
   *
   * @param hvps matrix-vector products over all examples
   * @param seconds wall time from start to report
   * @param hvpSeconds mean wall time of a product
   * @param forwardSeconds wall time of the loss alone
   * @param keptBytes memory that the values kept between products take
   * @param cluster the master of the cluster that made the products; absent for one process
   */
  public record Cost(
      long hvps,
      double seconds,
      @Nullable Double hvpSeconds,
      @Nullable Double forwardSeconds,
      @Nullable Long keptBytes,
      @Nullable String cluster) {}

  private static List<Double> boxed(double[] values) {
    return DoubleStream.of(values).boxed().toList();
  }
}
