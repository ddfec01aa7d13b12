package dev.hesse.hessian.linalg;

import java.util.Arrays;

/**
 * Chebyshev moments μⱼ = zᵀTⱼ(Ã)z/n of a block of probes, by the recurrence t₊ = 2·Ã·t − t₋ of
 * vectors t = Tᵢ(Ã)z, and two moments from each: μ₂ᵢ = 2·tᵀt/n − μ₀ and μ₂ᵢ₋₁ = 2·tᵀt₋/n − μ₁.
 *
 * <p>If the spectrum of Ã lies within [−1, 1] then ‖t‖ ≤ ‖z‖. The recurrence ends early where that
 * fails.
 */
final class ChebyshevMoments {
  /** Of tᵀt over zᵀz, beyond 1: what rounding, of single-precision products too, may add. */
  private static final double GROWTH = 1e-2;

  private final CountedProducts products;
  private final ChebyshevDensity.Interval interval;
  private final double[][] moments;
  private double[][] previous;
  private double[][] current;
  private double[][] next;
  private int done;
  private boolean bounded = true;

  /**
   * Starts.
   *
   * @param z signs; overwritten
   */
  ChebyshevMoments(
      CountedProducts products, ChebyshevDensity.Interval interval, int count, double[][] z) {
    this.products = products;
    this.interval = interval;
    this.current = z;
    this.previous = new double[z.length][z[0].length];
    this.next = new double[z.length][z[0].length];
    this.moments = new double[z.length][count];
    for (double[] mu : moments) {
      mu[0] = 1;
    }
  }

  /** The moments that have been reached, a row for each probe. */
  double[][] values() {
    return Arrays.stream(moments)
        .map(mu -> Arrays.copyOf(mu, Math.min(mu.length, 2 * done + 1)))
        .toArray(double[][]::new);
  }

  /** Whether no vector has grown. */
  boolean isBounded() {
    return bounded;
  }

  /** Makes a product of each probe, and returns whether there is more to do. */
  boolean step() {
    products.applyTo(current, next);
    for (int i = 0; i < moments.length; i++) {
      recur(next[i], current[i], previous[i]);
      bounded &= record(moments[i], next[i], current[i]);
    }
    double[][] free = previous;
    previous = current;
    current = next;
    next = free;
    done++;
    return bounded && 2 * done + 1 < moments[0].length;
  }

  /** y ← Ã·t for the first product, 2·Ã·t − t₋ for others, from y = A·t. */
  private void recur(double[] y, double[] t, double[] before) {
    double factor = (done == 0 ? 1 : 2) / interval.half();
    for (int l = 0; l < y.length; l++) {
      y[l] = factor * (y[l] - interval.center() * t[l]) - before[l];
    }
  }

  private boolean record(double[] mu, double[] t, double[] before) {
    int i = done + 1;
    double square = Vectors.dot(t, t) / t.length;
    if (i == 1) {
      mu[1] = Vectors.dot(t, before) / t.length;
    } else {
      mu[2 * i - 1] = 2 * Vectors.dot(t, before) / t.length - mu[1];
    }
    if (2 * i < mu.length) {
      mu[2 * i] = 2 * square - 1;
    }
    return square <= 1 + GROWTH;
  }
}
