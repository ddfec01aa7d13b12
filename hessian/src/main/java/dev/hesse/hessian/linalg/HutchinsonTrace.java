package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.Locale;

/**
 * Hutchinson's estimate of a trace: tr A ≈ (1/m)·Σᵢ zᵢᵀAzᵢ over Rademacher probes zᵢ.
 *
 * <p>It is unbiased. The variance of one sample is 2·Σ_{j≠k} A²ⱼₖ, so a diagonal matrix is exact
 * from any probe. The standard error is s/√m with the samples' own standard deviation s (m − 1 in
 * the denominator). The same products give the trace of each diagonal block, as the sum of zⱼ·(Az)ⱼ
 * over the block's coordinates.
 *
 * <p>Stopping rule: standardError ≤ tolerance·|trace|, tested only at {@value #FIRST_TEST} samples
 * and every {@value #TEST_EVERY} after, so that neither the order nor the number of products at
 * once changes the result. {@value #FIRST_TEST}, since s from m samples is itself uncertain by
 * 1/√(2(m−1)), 18 % there, and stopping at whichever count looks best favours errors that are too
 * small. Measured on a spectrum with outliers, 4000 seeds: ±2 standard errors cover the trace in
 * 95.3 % after 100 samples, in 94.6 % and 91.6 % where the rule stops after 80 and 23 on average.
 *
 * <p>Cost: one product a sample. Memory: two vectors of doubles for each product at once. Probe i
 * is {@link Probes#rademacher} of (seed, i). Reference: Hutchinson, Commun. Stat. Simul. Comput. 19
 * (1990); PyHessian's procedure is the same but for the error and the stopping rule.
 */
public final class HutchinsonTrace {
  private static final int FIRST_TEST = 16;
  private static final int TEST_EVERY = 8;

  private HutchinsonTrace() {}

  /**
   * When to stop.
   *
   * @param maxSamples the most samples, at least 2, as one sample has no standard error
   * @param tolerance standard error relative to the trace at which to stop; 0 takes all samples
   */
  public record Options(int maxSamples, double tolerance) {
    /** At most 100 samples, 1e-3. */
    public static final Options DEFAULT = new Options(100, 1e-3);

    public Options {
      Require.atLeast("maxSamples", maxSamples, 2);
      Require.fraction("tolerance", tolerance);
    }
  }

  /** The trace of the whole matrix, without blocks. */
  public static TraceEstimate estimate(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    return estimate(operator, new int[] {0, operator.dimension()}, options, seed, progress);
  }

  /**
   * The trace of the whole matrix and of its diagonal blocks.
   *
   * @param offsets where each block of coordinates begins, ascending from 0, and last n
   */
  public static TraceEstimate estimate(
      SymmetricOperator operator, int[] offsets, Options options, long seed, Progress progress) {
    int n = operator.dimension();
    checkOffsets(offsets, n);
    Probes probes = new Probes(seed);
    double[] samples = new double[options.maxSamples];
    double[][] blockSamples = new double[offsets.length - 1][options.maxSamples];
    double[][] products = new double[Math.min(operator.preferredBlock(), options.maxSamples)][n];
    int done = 0;
    Mean trace;
    do {
      int test = Math.min(done == 0 ? FIRST_TEST : done + TEST_EVERY, options.maxSamples);
      while (done < test) {
        double[][] y = Arrays.copyOf(products, Math.min(products.length, test - done));
        double[][] z = new double[y.length][];
        for (int i = 0; i < z.length; i++) {
          z[i] = probes.rademacher(done + i, n);
        }
        operator.applyBlock(z, y);
        for (int i = 0; i < z.length; i++, done++) {
          for (int b = 0; b < blockSamples.length; b++) {
            double sum = Vectors.dot(z[i], y[i], offsets[b], offsets[b + 1]);
            blockSamples[b][done] = sum;
            samples[done] += sum;
          }
          Require.finiteProduct(samples[done], done + 1);
        }
        progress.update("trace", done, options.maxSamples, mean(samples, done).value());
      }
      trace = mean(samples, done);
    } while (done < options.maxSamples && !converged(trace, options));
    return estimate(trace, blockSamples, Arrays.copyOf(samples, done), options);
  }

  private static TraceEstimate estimate(
      Mean trace, double[][] blockSamples, double[] samples, Options options) {
    int m = samples.length;
    boolean converged = converged(trace, options);
    double relative = trace.standardError() / Math.abs(trace.value());
    String message =
        String.format(Locale.ROOT, "relative standard error %.1e after %d samples", relative, m);
    if (!converged) {
      message += ", the most allowed";
      if (options.tolerance > 0) {
        double needed = m * Math.pow(relative / options.tolerance, 2);
        message +=
            String.format(
                Locale.ROOT,
                "; the tolerance of %s takes about %.0e: allow more or a larger tolerance",
                options.tolerance,
                needed);
      }
    }
    return new TraceEstimate(
        trace,
        Arrays.stream(blockSamples).map(block -> mean(block, m)).toList(),
        Arrays.stream(samples).boxed().toList(),
        converged ? Status.CONVERGED : Status.MAX_PRODUCTS,
        message);
  }

  private static Mean mean(double[] samples, int count) {
    return Mean.of(Arrays.copyOf(samples, count));
  }

  private static boolean converged(Mean trace, Options options) {
    return trace.standardError() <= options.tolerance * Math.abs(trace.value());
  }

  private static void checkOffsets(int[] offsets, int n) {
    boolean ascending = offsets.length >= 2 && offsets[0] == 0 && offsets[offsets.length - 1] == n;
    for (int i = 1; i < offsets.length && ascending; i++) {
      ascending = offsets[i - 1] <= offsets[i];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "expected ascending offsets from 0 to %d, got %s".formatted(n, Arrays.toString(offsets)));
    }
  }
}
