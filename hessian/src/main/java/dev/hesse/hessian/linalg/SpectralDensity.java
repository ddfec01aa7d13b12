package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;

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
 * <p>Run r starts from {@link Probes#rademacher} of (seed, r), so n times its first moment is
 * sample r of {@link HutchinsonTrace} for the same seed. Cost: m products a run, none for steps
 * that the first run's space has already; memory 4·n·m bytes, twice that for several runs, as the
 * first run's space is the caller's. References: Ubaru, Chen, Saad, SIAM J. Matrix Anal. Appl. 38
 * (2017); Golub and Welsch, Math. Comp. 23 (1969).
 *
 * @param runs one quadrature rule each
 * @param products products with A that were made, without those that were there already
 * @param status {@link Status#OUT_OF_MEMORY} where memory ended a run early, which leaves a coarser
 *     but valid rule
 * @param message one line for people
 */
public record SpectralDensity(List<Run> runs, int products, Status status, String message) {
  public SpectralDensity {
    runs = List.copyOf(runs);
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
      double sum = 0;
      for (int j = 0; j < nodes.size(); j++) {
        sum += weights.get(j) * Math.pow(nodes.get(j), p);
      }
      return sum;
    }
  }

  /**
   * The size of the estimate.
   *
   * @param steps Lanczos steps of each run, m
   * @param runs how many start vectors
   */
  public record Options(int steps, int runs) {
    /** PyHessian's: 100 steps, one run. */
    public static final Options DEFAULT = new Options(100, 1);

    public Options {
      Require.atLeast("steps", steps, 1);
      Require.atLeast("runs", runs, 1);
    }
  }

  /** The mean of a moment over the runs, an estimate of (1/n)·tr Aᵖ. */
  public Mean moment(int p) {
    return Mean.of(runs.stream().mapToDouble(run -> run.moment(p)).toArray());
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
    int products = 0;
    boolean complete = true;
    for (int r = 0; r < options.runs; r++) {
      Lanczos lanczos = r == 0 ? first : first.another(r);
      int before = lanczos.steps();
      while (wants(lanczos, options) && lanczos.hasMemory()) {
        lanczos.step();
        progress.update(
            "density",
            r * options.steps + lanczos.steps(),
            options.runs * options.steps,
            Double.NaN);
      }
      products += lanczos.steps() - before;
      complete &= !wants(lanczos, options);
      int m = Math.min(lanczos.steps(), Math.min(options.steps, lanczos.firstInvariant()));
      if (m > 0) {
        runs.add(rule(lanczos.ritz(0, m)));
      }
    }
    return complete
        ? new SpectralDensity(
            runs,
            products,
            Status.CONVERGED,
            "%d runs of at most %d products".formatted(options.runs, options.steps))
        : new SpectralDensity(
            runs,
            products,
            Status.OUT_OF_MEMORY,
            ("runs ended before %d products as the basis had filled its memory, so that the density"
                    + " is coarser: allow more memory or ask for fewer steps")
                .formatted(options.steps));
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
