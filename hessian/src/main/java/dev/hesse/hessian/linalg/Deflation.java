package dev.hesse.hessian.linalg;

/**
 * A subspace on which a matrix A is known, spanned by the orthonormal columns of Q (n×m): what is
 * left to estimate is P·A·P with P = I − QQᵀ, as A = (A − PAP) + PAP.
 */
interface Deflation {
  /** Of no vector: all is left. */
  Deflation NONE =
      new Deflation() {
        @Override
        public int size() {
          return 0;
        }

        @Override
        public void project(double[] x) {
          // P is the identity
        }

        @Override
        public double trace() {
          return 0;
        }

        @Override
        public double[] diagonal(int n) {
          return new double[n];
        }
      };

  /** m. */
  int size();

  /** x ← P·x. */
  void project(double[] x);

  /** tr(A − PAP) = tr(QᵀAQ). */
  double trace();

  /** The diagonal of A − PAP, whose sum is {@link #trace} up to rounding. */
  double[] diagonal(int n);
}
