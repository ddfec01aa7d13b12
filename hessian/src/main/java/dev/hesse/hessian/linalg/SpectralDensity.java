package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The eigenvalue density of A by stochastic Lanczos quadrature: φ(t) = (1/n)·Σᵢ δ(t − λᵢ) ≈ the
 * mean over runs of Σⱼ wⱼ·δ(t − θⱼ), where θⱼ are the Ritz values of a run of m Lanczos steps and
 * wⱼ the squared first components of T's eigenvectors.
 *
 * <p>A run is Gauss quadrature for its start vector v: Σⱼ wⱼ·p(θⱼ) = vᵀp(A)v for every polynomial p
 * up to degree 2m − 1, within rounding of the stored basis ({@link Lanczos#defect()}). Over random
 * unit v that is unbiased for (1/n)·tr p(A). A run that meets an invariant subspace ends there and
 * is exact.
 *
 * <p>Outliers: the outermost Ritz values that have converged to simple eigenvalues have a known
 * weight, 1/n, where a run's own weight is that times a χ²₁ variable. {@link #adjusted} puts it in
 * its place, and scales the other weights to what is left; sums over the spectrum are then exact
 * for the outliers.
 *
 * <p>Run r starts from {@link Probes#rademacher} of (seed, r). Cost: m products a run, none for
 * steps that the first run's space has already; memory 4·n·m bytes, for the first run's space,
 * which is the caller's, and for each of the runs that are made at once. References: Ubaru, Chen,
 * Saad, SIAM J. Matrix Anal. Appl. 38 (2017); Golub and Welsch, Math. Comp. 23 (1969).
 *
 * @param dimension n
 * @param runs one quadrature rule each
 * @param outliers how many of each run's outermost nodes are such
 * @param products products with A that were made, without those that were there already
 * @param status {@link Status#OUT_OF_MEMORY} where memory ended a run early, which leaves a coarser
 *     but valid rule
 * @param message one line for people
 */
public record SpectralDensity(
    int dimension, List<Run> runs, Outliers outliers, int products, Status status, String message) {
  public SpectralDensity {
    runs = List.copyOf(runs);
  }

  /** How many of the largest and of the smallest nodes are converged simple eigenvalues. */
  public record Outliers(int top, int bottom) {
    public static final Outliers NONE = new Outliers(0, 0);
  }

  /**
   * One quadrature rule.
   *
   * @param nodes ascending Ritz values
   * @param weights as many, at least 0, with sum 1 up to rounding
   */
  public record Run(List<Double> nodes, List<Double> weights) {
    public Run {
      nodes = List.copyOf(nodes);
      weights = List.copyOf(weights);
    }

    /** Σⱼ wⱼ·θⱼᵖ, which is vᵀAᵖv for p up to 2m − 1. */
    public double moment(int p) {
      return integral(x -> Math.pow(x, p), 0, nodes.size());
    }

    /** Σⱼ wⱼ·f(θⱼ) over from ≤ j &lt; to. */
    double integral(DoubleUnaryOperator f, int from, int to) {
      double sum = 0;
      for (int j = from; j < to; j++) {
        sum += weights.get(j) * f.applyAsDouble(nodes.get(j));
      }
      return sum;
    }
  }

  /**
   * The size of the estimate.
   *
   * @param steps Lanczos steps of each run, m
   * @param runs how many start vectors
   * @param together how many runs beside the first are made in one block, each with its own basis
   */
  public record Options(int steps, int runs, int together) {
    /** PyHessian's: 100 steps, one run. */
    public static final Options DEFAULT = new Options(100, 1);

    public Options {
      Require.atLeast("steps", steps, 1);
      Require.atLeast("runs", runs, 1);
      Require.atLeast("together", together, 1);
    }

    public Options(int steps, int runs) {
      this(steps, runs, 1);
    }
  }

  /** The mean of a moment over the runs, an estimate of (1/n)·tr Aᵖ. */
  public Mean moment(int p) {
    return Mean.of(runs.stream().mapToDouble(run -> run.moment(p)).toArray());
  }

  /** The runs with the outliers' exact weights; the same runs where there are none. */
  public List<Run> adjusted() {
    return runs.stream().map(this::adjusted).toList();
  }

  private Run adjusted(Run run) {
    int size = run.nodes().size();
    int from = outliers.bottom();
    int to = size - outliers.top();
    double exact = 1.0 / dimension;
    double bulk = run.integral(x -> 1, from, to);
    double scale = bulk == 0 ? 0 : (1 - (size - to + from) * exact) / bulk;
    return new Run(
        run.nodes(),
        IntStream.range(0, size)
            .mapToObj(j -> j < from || j >= to ? exact : scale * run.weights().get(j))
            .toList());
  }

  /**
   * Σᵢ f(λᵢ) over the spectrum, with the standard error that the random start vectors make: √(2·N/R
   * · the variance of f over the N eigenvalues that are no outliers) for R runs, as for spherical
   * probes. It needs no second run. What a rule of m nodes leaves out of a function that is no
   * polynomial of degree 2m − 1 is not in it.
   */
  public Mean sum(DoubleUnaryOperator f) {
    double value = 0;
    double variance = 0;
    for (Run run : adjusted()) {
      int from = outliers.bottom();
      int to = run.nodes().size() - outliers.top();
      value += dimension * run.integral(f, 0, run.nodes().size());
      double bulk = run.integral(x -> 1, from, to);
      if (bulk > 0) {
        double mean = run.integral(f, from, to) / bulk;
        double spread = run.integral(x -> Math.pow(f.applyAsDouble(x) - mean, 2), from, to) / bulk;
        variance += 2 * dimension * bulk * spread;
      }
    }
    return new Mean(value / runs.size(), Math.sqrt(variance) / runs.size());
  }

  /**
   * Makes the runs.
   *
   * @param first the space of run 0, from {@link Lanczos#fromRademacher} with index 0. Steps that
   *     it lacks are added, further steps don't change the result, and it may go on to serve {@link
   *     LanczosEigensolver}. It gives operator, seed and memory of the other runs.
   */
  public static SpectralDensity estimate(Lanczos first, Options options, Progress progress) {
    List<Run> runs = new ArrayList<>();
    List<Outliers> outliers = new ArrayList<>();
    int products = 0;
    boolean complete = true;
    for (int r = 0; r < options.runs && !(r > 0 && progress.isEnough()); ) {
      int begun = r;
      List<Lanczos> block =
          r == 0
              ? List.of(first)
              : IntStream.range(r, Math.min(options.runs, r + options.together))
                  .mapToObj(first::another)
                  .toList();
      int before = r == 0 ? first.steps() : 0;
      List<Lanczos> growing = growing(block, options);
      while (!growing.isEmpty() && !(begun + block.get(0).steps() > 0 && progress.isEnough())) {
        Lanczos.stepTogether(growing);
        int taken = block.stream().mapToInt(Lanczos::steps).sum();
        progress.update(
            "density", begun * options.steps + taken, options.runs * options.steps, Double.NaN);
        growing = growing(block, options);
      }
      for (Lanczos lanczos : block) {
        products += lanczos.steps() - before;
        complete &= !wants(lanczos, options);
        int m = Math.min(lanczos.steps(), Math.min(options.steps, lanczos.firstInvariant()));
        if (m > 0) {
          TridiagonalEigen ritz = lanczos.ritz(0, m);
          runs.add(rule(ritz));
          outliers.add(OutlierSearch.of(lanczos, ritz));
        }
      }
      r += block.size();
    }
    complete &= runs.size() == options.runs;
    return new SpectralDensity(
        first.dimension(),
        runs,
        new Outliers(
            outliers.stream().mapToInt(Outliers::top).min().orElse(0),
            outliers.stream().mapToInt(Outliers::bottom).min().orElse(0)),
        products,
        complete
            ? Status.CONVERGED
            : progress.isEnough() ? Status.BUDGET_SPENT : Status.OUT_OF_MEMORY,
        complete
            ? "%d runs of at most %d products".formatted(options.runs, options.steps)
            : progress.isEnough()
                ? "the budget was spent before all runs had %d steps, so that the density is coarser"
                    .formatted(options.steps)
                : ("runs ended before %d products as the basis had filled its memory, so that the"
                        + " density is coarser: allow more memory or ask for fewer steps")
                    .formatted(options.steps));
  }

  private static List<Lanczos> growing(List<Lanczos> block, Options options) {
    return block.stream().filter(l -> wants(l, options) && l.hasMemory()).toList();
  }

  private static boolean wants(Lanczos lanczos, Options options) {
    return lanczos.steps() < Math.min(options.steps, lanczos.firstInvariant());
  }

  private static Run rule(TridiagonalEigen t) {
    List<Double> nodes = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int j = 0; j < t.size(); j++) {
      nodes.add(t.value(j));
      weights.add(t.first(j) * t.first(j));
    }
    return new Run(nodes, weights);
  }
}
