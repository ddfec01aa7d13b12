package dev.hesse.hessian.linalg;

/**
 * When an eigenpair (θ, v) of A with residual ρ = ‖Av − θv‖ is accurate enough for a tolerance ε.
 * An eigenvalue of A lies within ρ of θ, and within ρ²/γ if all others are at least γ away from it
 * (Parlett, The Symmetric Eigenvalue Problem, SIAM 1998, §11.7). γ is the distance to the nearest
 * other Ritz value less that one's residual: an estimate, as a space may not have met all
 * eigenvalues.
 */
public enum Criterion {
  /** ρ ≤ ε·|θ|: the eigenvector too. */
  RESIDUAL("residual"),
  /** ρ ≤ ε·‖A‖: the backward error, for eigenvalues near zero. */
  NORM("norm"),
  /** min(ρ, ρ²/γ) ≤ ε·|θ|: the eigenvalue alone, which takes about half of the products. */
  EIGENVALUE("eigenvalue");

  private final String label;

  Criterion(String label) {
    this.label = label;
  }

  /** The name in options. */
  public String label() {
    return label;
  }

  /**
   * Whether a pair is accurate enough.
   *
   * @param bound on the eigenvalue's error
   * @param norm ‖A‖
   */
  boolean holds(double value, double residual, double bound, double norm, double tolerance) {
    return switch (this) {
      case RESIDUAL -> residual <= tolerance * Math.abs(value);
      case NORM -> residual <= tolerance * norm;
      case EIGENVALUE -> bound <= tolerance * Math.abs(value);
    };
  }

  /** Of γ, above which a residual may still hide an eigenvalue beside that has no Ritz value. */
  private static final double TRUSTED = 0.05;

  /**
   * ρ²/γ where ρ < {@value #TRUSTED}·γ, otherwise ρ. The gap is that between Ritz values; while a
   * pair is rough, an eigenvalue of the matrix may lie in it unseen.
   *
   * @param gap γ, of any sign; 0 if nothing is known of it
   */
  static double bound(double residual, double gap) {
    return residual < TRUSTED * gap ? residual * residual / gap : residual;
  }
}
