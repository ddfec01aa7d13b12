package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.SpectralDensity.Outliers;
import dev.hesse.hessian.linalg.SpectralDensity.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The eigenvalue density by the kernel polynomial method, whose memory does not grow with its
 * resolution. With Ã = (A − c·I)/h, whose spectrum lies within (−1, 1), each of R probes z gives
 * the Chebyshev moments ({@link ChebyshevMoments})
 *
 * <p>μⱼ = zᵀTⱼ(Ã)z/n, j &lt; M
 *
 * <p>unbiased for (1/n)·tr Tⱼ(Ã), and its run the series with the Jackson kernel's factors gⱼ, at
 * 2·M Chebyshev points xₖ: nodes c + h·xₖ with weights (1/2M)·(g₀μ₀ + 2·Σⱼ gⱼμⱼTⱼ(xₖ)). These are
 * at least 0 and sum to 1.
 *
 * <p>An eigenvalue becomes a peak of standard deviation about π·h/M amid the interval, narrower
 * towards its ends: this, where a Lanczos run resolves single outliers, is the price. So the second
 * central moment is larger by up to half of (π·h/M)². No node is an outlier, and the density of
 * half as many moments serves as the coarse one. {@link SpectralDensity#estimate} is more accurate
 * for as many products as long as its basis has memory.
 *
 * <p>The interval comes from {@value #BOUND_STEPS} Lanczos steps: the outermost Ritz values,
 * further out by their residuals and by {@value #MARGIN} of their distance. An eigenvalue outside
 * of it shows as growth of the recurrence, or as negative weights, which the kernel excludes; then
 * all begins again with an interval {@value #WIDER} times as long, and the message says so. A
 * matrix that is a multiple of the identity within 2⁻²⁰ gives one node.
 *
 * <p>Cost: (M − 1)/2 products a probe, rounded up, and those of Lanczos. Memory: {@value
 * #BOUND_STEPS} vectors of floats, then three of doubles for each probe of a block. Run r has
 * Rademacher probe r of the seed, as {@link SpectralDensity}'s. Reference: Weisse, Wellein,
 * Alvermann, Fehske, "The kernel polynomial method", Rev. Mod. Phys. 78 (2006).
 */
public final class ChebyshevDensity {
  private static final int BOUND_STEPS = 30;
  private static final double MARGIN = 0.01;
  private static final double WIDER = 1.25;
  private static final int MOST_WIDENINGS = 20;

  /** The least half length of an interval, as a part of the largest Ritz value. */
  private static final double LEAST_LENGTH = 0x1p-10;

  /** The negative weight of a run that rounding, of single-precision products too, may leave. */
  private static final double NEGATIVE = 1e-3;

  private ChebyshevDensity() {}

  /**
   * The size of the estimate.
   *
   * @param moments M
   * @param probes R
   */
  public record Options(int moments, int probes) {
    /** 200 moments, from 100 products, of one probe. */
    public static final Options DEFAULT = new Options(200, 1);

    public Options {
      Require.atLeast("moments", moments, 2);
      Require.atLeast("probes", probes, 1);
    }
  }

  /**
   * Estimates the density.
   *
   * @throws NumericalException if products are not finite, or no interval holds the spectrum, as
   *     when A is not symmetric
   */
  public static SpectralDensity estimate(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    int n = operator.dimension();
    Lanczos lanczos = Lanczos.fromGaussian(operator, seed, Long.MAX_VALUE);
    do {
      lanczos.step();
      progress.update("bounds", lanczos.steps(), BOUND_STEPS);
    } while (lanczos.steps() < Math.min(n, BOUND_STEPS)
        && !lanczos.isInvariant()
        && !progress.isEnough());
    TridiagonalEigen ritz = lanczos.ritz(0, lanczos.steps());
    if (ritz.size() == 1 && lanczos.isInvariant()) {
      Run point = new Run(List.of(ritz.value(0)), List.of(1.0));
      return density(
          n,
          Collections.nCopies(options.probes, point),
          Collections.nCopies(options.probes, point),
          1,
          Status.CONVERGED,
          "a multiple of the identity",
          ritz.norm());
    }
    Interval interval = Interval.of(lanczos, ritz);
    CountedProducts products = new CountedProducts(operator);
    for (int widenings = 0; widenings <= MOST_WIDENINGS; widenings++) {
      List<double[]> moments = moments(operator, products, interval, options, seed, progress);
      if (!moments.isEmpty()) {
        int taken = lanczos.steps() + products.count();
        return density(n, moments, interval, taken, options, widenings, ritz.norm());
      }
      interval = interval.wider();
    }
    throw new NumericalException(
        "Chebyshev polynomials of the operator grow over any interval: it is not symmetric");
  }

  private static SpectralDensity density(
      int n,
      List<double[]> moments,
      Interval interval,
      int products,
      Options options,
      int widenings,
      double norm) {
    boolean complete =
        moments.size() == options.probes
            && moments.stream().allMatch(mu -> mu.length == options.moments);
    Status status = complete ? Status.CONVERGED : Status.BUDGET_SPENT;
    String message = message(options, interval, widenings);
    if (!complete) {
      message = "the budget was spent before all of " + message;
    }
    List<Run> runs = moments.stream().map(mu -> run(mu, interval)).toList();
    List<Run> half =
        moments.stream().map(mu -> run(Arrays.copyOf(mu, (mu.length + 1) / 2), interval)).toList();
    return density(n, runs, half, products, status, message, norm);
  }

  private static SpectralDensity density(
      int n,
      List<Run> runs,
      List<Run> half,
      int products,
      Status status,
      String message,
      double norm) {
    SpectralDensity coarse =
        new SpectralDensity(n, half, Outliers.NONE, null, 0, status, message, norm);
    return new SpectralDensity(n, runs, Outliers.NONE, coarse, products, status, message, norm);
  }

  private static String message(Options options, Interval interval, int widenings) {
    return String.format(
        Locale.ROOT,
        "%s%d moments over [%.5g, %.5g], resolution %.1e%s",
        options.probes == 1 ? "" : "%d runs of ".formatted(options.probes),
        options.moments,
        interval.center - interval.half,
        interval.center + interval.half,
        Math.PI * interval.half / options.moments,
        widenings == 0
            ? ""
            : "; an eigenvalue lay outside of the first interval, which was made %s times as long"
                .formatted(Math.pow(WIDER, widenings)));
  }

  /** c and h. */
  record Interval(double center, double half) {
    static Interval of(Lanczos lanczos, TridiagonalEigen ritz) {
      int last = ritz.size() - 1;
      double margin = MARGIN * (ritz.value(last) - ritz.value(0));
      double low = ritz.value(0) - margin - residual(lanczos, ritz.last(0));
      double high = ritz.value(last) + margin + residual(lanczos, ritz.last(last));
      return new Interval((low + high) / 2, Math.max((high - low) / 2, LEAST_LENGTH * ritz.norm()));
    }

    private static double residual(Lanczos lanczos, double last) {
      return lanczos.coupling() * Math.abs(last) + lanczos.defect();
    }

    Interval wider() {
      return new Interval(center, WIDER * half);
    }
  }

  /**
   * The moments of each probe; none if an eigenvalue is seen to lie outside of the interval. Probes
   * that a budget cuts short are left out unless there are no others.
   */
  private static List<double[]> moments(
      SymmetricOperator operator,
      CountedProducts products,
      Interval interval,
      Options options,
      long seed,
      Progress progress) {
    List<double[]> found = new ArrayList<>();
    int block = operator.preferredBlock();
    int begun = products.count();
    int limit = options.probes * (options.moments / 2);
    while (found.size() < options.probes && (found.isEmpty() || !progress.isEnough())) {
      boolean first = found.isEmpty();
      double[][] z =
          IntStream.range(found.size(), Math.min(options.probes, found.size() + block))
              .mapToObj(i -> new Probes(seed).rademacher(i, operator.dimension()))
              .toArray(double[][]::new);
      ChebyshevMoments moments = new ChebyshevMoments(products, interval, options.moments, z);
      boolean more = true;
      while (more) {
        more = moments.step();
        progress.update("density", products.count() - begun, limit);
        more &= !progress.isEnough();
      }
      for (double[] mu : moments.values()) {
        if (!moments.isBounded() || !(negative(JacksonKernel.weights(mu)) <= NEGATIVE)) {
          return List.of();
        }
        if (first || mu.length == options.moments) {
          found.add(mu);
        }
      }
    }
    return found;
  }

  private static double negative(double[] weights) {
    return Arrays.stream(weights).map(w -> Math.max(0, -w)).sum();
  }

  /** In ascending order; weights below 0 become 0. */
  private static Run run(double[] moments, Interval interval) {
    double[] weights = JacksonKernel.weights(moments);
    int size = weights.length;
    double sum = 1 + negative(weights);
    return new Run(
        IntStream.range(0, size)
            .mapToObj(k -> interval.center - interval.half * JacksonKernel.point(k, size))
            .toList(),
        IntStream.range(0, size).mapToObj(k -> Math.max(0, weights[size - 1 - k]) / sum).toList());
  }
}
