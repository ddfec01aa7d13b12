package dev.hesse.hessian.linalg;

import java.util.function.DoubleUnaryOperator;

/**
 * Numbers that sums over the eigenvalues of A give, each with the standard error of {@link
 * SpectralDensity#sum}. They take no products.
 *
 * @param frobeniusNorm √Σ λᵢ²
 * @param negativeShare Σ_{λᵢ&lt;0} |λᵢ| / Σ |λᵢ|: how far A is from positive semidefinite
 * @param damping δ &gt; 0 of the next two
 * @param logDeterminant Σ log(1 + |λᵢ|/δ), which is log det(|A| + δI) − n·log δ
 * @param effectiveDimension Σ λᵢ⁺/(λᵢ⁺ + δ) with λ⁺ = max(λ, 0): the number of parameters that data
 *     determine against a prior of precision δ (MacKay, Neural Computation 4, 1992)
 * @param threshold t of the next
 * @param countAbove the number of eigenvalues above t; its error includes half of the nearest
 *     node's weight, as a rule says nothing of where between its nodes the weight lies
 */
public record SpectralSums(
    Mean frobeniusNorm,
    Mean negativeShare,
    double damping,
    Mean logDeterminant,
    Mean effectiveDimension,
    double threshold,
    Mean countAbove) {

  /** Damping and threshold unless stated otherwise, as a part of the largest eigenvalue. */
  public static final double DAMPING_DEFAULT = 1e-3;

  public static final double THRESHOLD_DEFAULT = 1e-2;

  /**
   * Computes the sums.
   *
   * @throws IllegalArgumentException if the damping is not positive
   */
  public static SpectralSums of(SpectralDensity density, double damping, double threshold) {
    if (!(damping > 0)) {
      throw new IllegalArgumentException("expected a damping above 0, got " + damping);
    }
    Mean squares = density.polynomialSum(x -> x * x);
    double norm = Math.sqrt(squares.value());
    return new SpectralSums(
        new Mean(norm, squares.standardError() == 0 ? 0 : squares.standardError() / (2 * norm)),
        negativeShare(density),
        damping,
        density.sum(x -> Math.log1p(Math.abs(x) / damping)),
        density.sum(x -> Math.max(x, 0) / (Math.max(x, 0) + damping)),
        threshold,
        density.sum(x -> x > threshold ? 1 : 0));
  }

  /** By the delta method: the error of Σ f is that of Σ (negative part − share·|λ|). */
  private static Mean negativeShare(SpectralDensity density) {
    Mean magnitudes = density.sum(Math::abs);
    double all = magnitudes.value();
    if (all == 0) {
      return new Mean(0, magnitudes.standardError());
    }
    DoubleUnaryOperator negative = x -> Math.max(-x, 0);
    double share = density.sum(negative).value() / all;
    double error =
        density.sum(x -> negative.applyAsDouble(x) - share * Math.abs(x)).standardError();
    return new Mean(share, error / all);
  }
}
