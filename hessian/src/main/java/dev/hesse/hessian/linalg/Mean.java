package dev.hesse.hessian.linalg;

import java.util.Arrays;

/**
 * A mean of independent samples.
 *
 * @param value x̄ = (1/m)·Σ xᵢ
 * @param standardError √(Σ(xᵢ − x̄)² / (m·(m − 1))); NaN for one sample, which says nothing of it
 */
public record Mean(double value, double standardError) {
  static Mean of(double... samples) {
    int m = samples.length;
    double value = Arrays.stream(samples).sum() / m;
    double squares = Arrays.stream(samples).map(x -> (x - value) * (x - value)).sum();
    return new Mean(value, Math.sqrt(squares / (m * (m - 1.0))));
  }
}
