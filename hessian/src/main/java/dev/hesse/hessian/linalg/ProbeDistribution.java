package dev.hesse.hessian.linalg;

/**
 * Distributions of random vectors z of n entries with E[zzᵀ] = I, so that E[zᵀBz] = tr B.
 *
 * <p>The variance of zᵀBz for symmetric B follows from ‖B‖_F², d = Σ Bᵢᵢ² and the trace. Reference:
 * Epperly, Tropp, Webber, "XTrace: making the most of every sample in stochastic trace estimation",
 * SIAM J. Matrix Anal. Appl. 45 (2024), section 2.
 */
public enum ProbeDistribution {
  /** Independent signs: variance 2·(‖B‖_F² − d), the least where the diagonal is large. */
  RADEMACHER("rademacher") {
    @Override
    double[] draw(Probes probes, int index, int n) {
      return probes.rademacher(index, n);
    }

    @Override
    double variance(double squaredNorm, double squaredDiagonal, double trace, int n) {
      return 2 * (squaredNorm - squaredDiagonal);
    }

    @Override
    double diagonalVariance(double squaredNorm, double squaredDiagonal, int n) {
      return squaredNorm - squaredDiagonal;
    }
  },
  /** Independent standard normal entries: variance 2·‖B‖_F². */
  GAUSSIAN("gaussian") {
    @Override
    double[] draw(Probes probes, int index, int n) {
      return probes.gaussian(index, n);
    }

    @Override
    double variance(double squaredNorm, double squaredDiagonal, double trace, int n) {
      return 2 * squaredNorm;
    }

    @Override
    double diagonalVariance(double squaredNorm, double squaredDiagonal, int n) {
      return squaredNorm + squaredDiagonal;
    }
  },
  /** Uniform on the sphere of radius √n: variance 2·(‖B‖_F² − tr²/n)·n/(n + 2). */
  SPHERICAL("spherical") {
    @Override
    double[] draw(Probes probes, int index, int n) {
      double[] z = probes.gaussian(index, n);
      Vectors.scale(z, Math.sqrt(n) / Vectors.norm(z));
      return z;
    }

    @Override
    double variance(double squaredNorm, double squaredDiagonal, double trace, int n) {
      return 2 * (squaredNorm - trace * trace / n) * n / (n + 2.0);
    }

    @Override
    double diagonalVariance(double squaredNorm, double squaredDiagonal, int n) {
      return (squaredNorm + 2 * squaredDiagonal) * n / (n + 2.0) - squaredDiagonal;
    }
  };

  private final String label;

  ProbeDistribution(String label) {
    this.label = label;
  }

  /** The name in options and reports. */
  public String label() {
    return label;
  }

  /** Probe {@code index} of n entries. */
  abstract double[] draw(Probes probes, int index, int n);

  /**
   * The variance of zᵀBz. Of its part over some rows of B it is an upper bound, with the norm, the
   * diagonal and the trace of those rows.
   *
   * @param squaredNorm ‖B‖_F²
   * @param squaredDiagonal Σ Bᵢᵢ²
   */
  abstract double variance(double squaredNorm, double squaredDiagonal, double trace, int n);

  /**
   * The variances of all entries of z∘Bz, whose mean is the diagonal of B, together.
   *
   * @param squaredNorm ‖B‖_F²
   * @param squaredDiagonal Σ Bᵢᵢ²
   */
  abstract double diagonalVariance(double squaredNorm, double squaredDiagonal, int n);
}
