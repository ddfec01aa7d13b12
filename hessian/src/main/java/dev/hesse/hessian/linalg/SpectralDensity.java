package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
 * for the outliers. That they are simple is an assumption: an eigenvalue that is repeated k times
 * has a χ²ₖ variable, which one run tells from χ²₁ for large k alone, and several runs for smaller
 * ones. A few runs should be made where eigenvalues may repeat.
 *
 * <p>Run r starts from {@link Probes#rademacher} of (seed, r). Cost: m products a run, none for
 * steps that the first run's space has already; memory 4·n·m bytes, for the first run's space,
 * which is the caller's, and for each of the runs that are made at once. References: Ubaru, Chen,
 * Saad, SIAM J. Matrix Anal. Appl. 38 (2017); Golub and Welsch, Math. Comp. 23 (1969).
 *
 * @param dimension n
 * @param runs one quadrature rule each
 * @param outliers how many of each run's outermost nodes are such
 * @param coarse the same after half of the steps, for the error of a rule; absent for a single step
 *     that is not exact
 * @param products products with A that were made, without those that were there already
 * @param status {@link Status#OUT_OF_MEMORY} where memory ended a run early, which leaves a coarser
 *     but valid rule; {@link Status#BUDGET_SPENT} where runs are missing or the only one is coarser
 * @param message one line for people
 * @param norm the largest absolute Ritz value, from inside of ‖A‖
 */
public record SpectralDensity(
    int dimension,
    List<Run> runs,
    Outliers outliers,
    @Nullable SpectralDensity coarse,
    int products,
    Status status,
    String message,
    double norm) {
  public SpectralDensity {
    runs = List.copyOf(runs);
  }

  /** Of which the nodes are Ritz values. */
  SpectralDensity(
      int dimension,
      List<Run> runs,
      Outliers outliers,
      @Nullable SpectralDensity coarse,
      int products,
      Status status,
      String message) {
    this(dimension, runs, outliers, coarse, products, status, message, largestNode(runs));
  }

  private static double largestNode(List<Run> runs) {
    return runs.stream()
        .flatMap(run -> run.nodes().stream())
        .mapToDouble(Math::abs)
        .max()
        .orElse(0);
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

    /** Σⱼ wⱼ·|the larger change of f from θⱼ to a node beside| over from ≤ j &lt; to. */
    double integralBeside(DoubleUnaryOperator f, int from, int to) {
      double[] values = nodes.stream().mapToDouble(f::applyAsDouble).toArray();
      double sum = 0;
      for (int j = from; j < to; j++) {
        double below = j == from ? 0 : Math.abs(values[j] - values[j - 1]);
        double above = j == to - 1 ? 0 : Math.abs(values[j + 1] - values[j]);
        sum += weights.get(j) * Math.max(below, above);
      }
      return sum;
    }
  }

  /**
   * The size of the estimate.
   *
   * @param steps Lanczos steps of each run, m
   * @param runs how many start vectors
   * @param together how many runs beside the first are made in one block at most, as far as {@link
   *     SymmetricOperator#preferredBlock} goes and the memory of one basis holds theirs; with 1 a
   *     run ends before the next begins, so that a budget leaves whole runs
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
      this(steps, runs, Integer.MAX_VALUE);
    }

    /** With as many steps, or these if they are more. */
    public Options atLeast(int least) {
      return new Options(Math.max(steps, least), runs, together);
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
   * Σᵢ f(λᵢ) over the spectrum. Its error joins two: the standard error that the random start
   * vectors make, √(2·N/R · the variance of f over the N eigenvalues that are no outliers) for R
   * runs, as for spherical probes, which needs no second run; and what the rule may miss, the
   * larger of two. One is the difference to the rule of half as many nodes, which is the error of
   * the whole one if that falls as 1/m, and more than it if it falls faster. The other is half of a
   * bound, as standard errors are doubled: where f is monotone, the rule's weights may each belong
   * to the node beside (the separation theorem of Chebyshev, Markov and Stieltjes). Nothing tells
   * the error of a single step: it is infinite.
   */
  public Mean sum(DoubleUnaryOperator f) {
    return sum(f, /* polynomial= */ false);
  }

  /** The same where f is a polynomial of a degree below the steps of a run: rules are exact. */
  public Mean polynomialSum(DoubleUnaryOperator f) {
    return sum(f, /* polynomial= */ true);
  }

  private Mean sum(DoubleUnaryOperator f, boolean polynomial) {
    double value = 0;
    double variance = 0;
    double besides = 0;
    List<Run> adjusted = adjusted();
    for (int r = 0; r < runs.size(); r++) {
      Run run = adjusted.get(r);
      int from = outliers.bottom();
      int to = run.nodes().size() - outliers.top();
      value += dimension * run.integral(f, 0, run.nodes().size());
      double bulk = run.integral(x -> 1, from, to);
      if (bulk > 0) {
        double mean = run.integral(f, from, to) / bulk;
        double spread = run.integral(x -> Math.pow(f.applyAsDouble(x) - mean, 2), from, to) / bulk;
        variance += 2 * dimension * bulk * spread;
      }
      if (!polynomial && !isExact(r)) {
        besides += dimension * run.integralBeside(f, from, to);
      }
    }
    double mean = value / runs.size();
    double missed =
        coarse == null
            ? Double.POSITIVE_INFINITY
            : Math.max(
                Math.abs(mean - coarse.sum(f, polynomial).value()), besides / runs.size() / 2);
    return new Mean(mean, Math.hypot(Math.sqrt(variance) / runs.size(), missed));
  }

  /** A rule over an invariant subspace has no coarser one. */
  private boolean isExact(int run) {
    return coarse != null && coarse.runs().get(run).nodes().size() == runs.get(run).nodes().size();
  }

  /**
   * Makes the runs.
   *
   * @param first the space of run 0, from {@link Lanczos#fromRademacher} with index 0. Steps that
   *     it lacks are added, further steps don't change the result, and it may go on to serve {@link
   *     LanczosEigensolver}. It gives operator, seed and memory of the other runs.
   */
  public static SpectralDensity estimate(Lanczos first, Options options, Progress progress) {
    List<Rule> rules = new ArrayList<>();
    List<Rule> coarse = new ArrayList<>();
    int products = 0;
    int begun = -1;
    int together = Math.min(options.together, first.together(options.steps));
    while (rules.size() > begun
        && rules.size() < options.runs
        && (rules.isEmpty() || !progress.isEnough())) {
      begun = rules.size();
      List<Lanczos> block =
          begun == 0
              ? List.of(first)
              : IntStream.range(begun, begun + Math.min(options.runs - begun, together))
                  .mapToObj(first::another)
                  .toList();
      int before = begun == 0 ? first.steps() : 0;
      List<Lanczos> growing = growing(block, options);
      while (!growing.isEmpty() && !(begun + first.steps() > 0 && progress.isEnough())) {
        Lanczos.stepTogether(growing);
        int taken = block.stream().mapToInt(Lanczos::steps).sum();
        progress.update("density", begun * options.steps + taken, options.runs * options.steps);
        growing = growing(block, options);
      }
      for (Lanczos lanczos : block) {
        products += lanczos.steps() - before;
        int m = Math.min(lanczos.steps(), Math.min(options.steps, lanczos.firstInvariant()));
        boolean cut = begun > 0 && growing.contains(lanczos);
        if (m == 0 || cut) {
          continue;
        }
        Rule rule = Rule.of(lanczos, m);
        rules.add(rule);
        if (rule.exact()) {
          coarse.add(rule);
        } else if (m > 1) {
          coarse.add(Rule.of(lanczos, (m + 1) / 2));
        }
      }
    }
    boolean complete =
        rules.size() == options.runs && rules.stream().noneMatch(rule -> rule.isShort(options));
    boolean spent = !complete && progress.isEnough();
    String message = message(rules, options, complete, spent);
    Status status =
        complete ? Status.CONVERGED : spent ? Status.BUDGET_SPENT : Status.OUT_OF_MEMORY;
    int n = first.dimension();
    return of(
        n,
        rules,
        coarse.size() < rules.size() ? null : of(n, coarse, null, 0, status, message),
        products,
        status,
        message);
  }

  private static String message(
      List<Rule> rules, Options options, boolean complete, boolean spent) {
    if (complete) {
      return "%d runs of at most %d products".formatted(options.runs, options.steps);
    }
    if (!spent) {
      return "runs ended before %d products as the basis had filled its memory, so that the density"
              .formatted(options.steps)
          + " is coarser: allow more memory or ask for fewer steps";
    }
    return rules.stream().anyMatch(rule -> rule.isShort(options))
        ? "the budget was spent before %d steps, so that the density is coarser"
            .formatted(options.steps)
        : "the budget was spent after %d of %d runs; one that it cut short is left out"
            .formatted(rules.size(), options.runs);
  }

  private static SpectralDensity of(
      int dimension,
      List<Rule> rules,
      @Nullable SpectralDensity coarse,
      int products,
      Status status,
      String message) {
    List<Run> runs = rules.stream().map(Rule::run).toList();
    Outliers converged =
        new Outliers(
            rules.stream().mapToInt(rule -> rule.converged().top()).min().orElse(0),
            rules.stream().mapToInt(rule -> rule.converged().bottom()).min().orElse(0));
    return new SpectralDensity(
        dimension,
        runs,
        OutlierSearch.simple(dimension, runs, converged),
        coarse,
        products,
        status,
        message);
  }

  /**
   * A run with what was found of it.
   *
   * @param converged how many of its outermost nodes have, repeated eigenvalues among them
   * @param exact whether the space is invariant, so that more steps would not change it
   */
  private record Rule(Run run, Outliers converged, boolean exact) {
    static Rule of(Lanczos lanczos, int m) {
      TridiagonalEigen t = lanczos.ritz(0, m);
      List<Double> nodes = new ArrayList<>();
      List<Double> weights = new ArrayList<>();
      for (int j = 0; j < t.size(); j++) {
        nodes.add(t.value(j));
        weights.add(t.first(j) * t.first(j));
      }
      return new Rule(
          new Run(nodes, weights),
          OutlierSearch.converged(lanczos, t),
          m == lanczos.firstInvariant());
    }

    boolean isShort(Options options) {
      return run.nodes().size() < options.steps && !exact;
    }
  }

  private static List<Lanczos> growing(List<Lanczos> block, Options options) {
    return block.stream().filter(l -> wants(l, options) && l.hasMemory()).toList();
  }

  private static boolean wants(Lanczos lanczos, Options options) {
    return lanczos.steps() < Math.min(options.steps, lanczos.firstInvariant());
  }
}
