package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.List;

/**
 * A block Krylov space of bounded size: AV = V·T + R·C with the basis V (n×m) orthonormal, T (m×m)
 * dense, and the remainder R (n×b) orthogonal to V. A Ritz pair (θ, Vs) then has the residual
 * R·C·s.
 *
 * <p>When there is no room for another block, the space is restarted: V is replaced by some of its
 * Ritz vectors and C by C·S, which keeps the relation, and with it all that the space knows of the
 * ends that are kept.
 */
final class RestartedSpace {
  /** A remainder that is rounding, relative to ‖A‖. */
  private static final double NEGLIGIBLE = 0x1p-20;

  /** Of the probes that take the place of directions that are spent. */
  private static final int FIRST_FRESH = 1 << 24;

  private final SymmetricOperator operator;
  private final Probes probes;
  private final int mostVectors;
  private final FloatBasis basis;
  private final double[][] t;

  /** The remainder; rows that are null are spent, as their direction lay in the space. */
  private double[][] remainder;

  /** RᵀR. */
  private double[][] gram;

  /** C, one row for each vector of the remainder. */
  private double[][] coupling;

  private double largestProduct;
  private double defectSquared;
  private int products;
  private int drawn;

  /**
   * @param start what the first block is made of
   */
  RestartedSpace(
      SymmetricOperator operator,
      List<double[]> start,
      Probes probes,
      int mostVectors,
      BasisStorage storage) {
    this.operator = operator;
    this.probes = probes;
    this.mostVectors = Math.min(mostVectors, operator.dimension());
    this.basis = new FloatBasis(operator.dimension(), storage);
    this.t = new double[this.mostVectors][this.mostVectors];
    this.remainder = start.stream().map(double[]::clone).toArray(double[][]::new);
    this.coupling = new double[start.size()][0];
    this.gram = gram(remainder);
  }

  /** The space of a vector, whose T is tridiagonal. */
  RestartedSpace(
      SymmetricOperator operator,
      Probes probes,
      int mostVectors,
      FloatBasis basis,
      double[] alpha,
      double[] beta,
      double[] remainder,
      double defect) {
    this.operator = operator;
    this.probes = probes;
    this.mostVectors = Math.min(mostVectors, operator.dimension());
    this.basis = basis;
    this.t = new double[this.mostVectors][this.mostVectors];
    for (int i = 0; i < alpha.length; i++) {
      t[i][i] = alpha[i];
      largestProduct = Math.max(largestProduct, Math.abs(alpha[i]));
      if (i > 0) {
        t[i][i - 1] = beta[i - 1];
        t[i - 1][i] = beta[i - 1];
      }
    }
    this.remainder = new double[][] {remainder};
    this.coupling = new double[1][alpha.length];
    coupling[0][alpha.length - 1] = 1;
    this.gram = gram(this.remainder);
    addDefect(defect);
  }

  int size() {
    return basis.size();
  }

  int products() {
    return products;
  }

  int block() {
    return remainder.length;
  }

  /** Whether there is room for another block. */
  boolean hasRoom() {
    return size() + block() <= mostVectors || mostVectors == operator.dimension();
  }

  boolean isComplete() {
    return size() == operator.dimension();
  }

  /** What rounding of the basis, summed as independent errors, leaves undecided of a residual. */
  double defect() {
    return Math.sqrt(defectSquared);
  }

  private void addDefect(double error) {
    defectSquared += error * error;
  }

  /** Ritz values with the eigenvectors of T. */
  SymmetricEigen ritz() {
    return SymmetricEigen.of(t, size());
  }

  /** ‖R·C·s‖, of b² + b·m operations. */
  double residual(double[] s) {
    if (isComplete()) {
      return 0;
    }
    double[] c = new double[block()];
    for (int j = 0; j < c.length; j++) {
      c[j] = Vectors.dot(coupling[j], s, 0, size());
    }
    double square = 0;
    for (int j = 0; j < c.length; j++) {
      square += c[j] * Vectors.dot(gram[j], c);
    }
    return Math.sqrt(Math.max(0, square));
  }

  private static double[][] gram(double[][] vectors) {
    double[][] gram = new double[vectors.length][vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i][j] = Vectors.dot(vectors[i], vectors[j]);
        gram[j][i] = gram[i][j];
      }
    }
    return gram;
  }

  double[] vector(double[] s) {
    return basis.combine(Arrays.copyOf(s, size()));
  }

  /** Makes one product for each vector of the block, and extends the space by it. */
  void extend() {
    int old = size();
    appendRemainder();
    int added = size() - old;
    double[][] x = new double[added][];
    double[][] y = new double[added][operator.dimension()];
    for (int j = 0; j < added; j++) {
      x[j] = basis.vector(old + j);
    }
    operator.applyBlock(x, y);
    products += added;
    double[][] h = new double[added][];
    for (int j = 0; j < added; j++) {
      double norm = Require.finiteProduct(Vectors.norm(y[j]), products - added + j + 1);
      largestProduct = Math.max(largestProduct, norm);
      h[j] = basis.orthogonalize(y[j]);
    }
    for (int j = 0; j < added; j++) {
      for (int i = 0; i < size(); i++) {
        double entry = i < old ? h[j][i] : (h[j][i] + h[i - old][old + j]) / 2;
        t[i][old + j] = entry;
        t[old + j][i] = entry;
      }
    }
    remainder = y;
    gram = gram(y);
    coupling = new double[added][size()];
    for (int j = 0; j < added; j++) {
      coupling[j][old + j] = 1;
    }
  }

  /** Turns the remainder into basis vectors; a direction that is spent is replaced by a new one. */
  private void appendRemainder() {
    boolean first = size() == 0;
    for (double[] w : remainder) {
      if (isComplete()) {
        return;
      }
      basis.orthogonalize(w);
      double norm = Vectors.norm(w);
      boolean coupled = !first;
      boolean spent = norm <= NEGLIGIBLE * largestProduct;
      while (spent || norm == 0) {
        double[] fresh = probes.gaussian(FIRST_FRESH + drawn++, operator.dimension());
        System.arraycopy(fresh, 0, w, 0, w.length);
        basis.orthogonalize(w);
        norm = Vectors.norm(w);
        spent = false;
        coupled = false;
      }
      double lost = basis.append(w, norm);
      addDefect(coupled ? norm * lost : 0);
    }
  }

  /**
   * Keeps some Ritz vectors.
   *
   * @param kept ranks of {@code ritz}
   */
  void restart(SymmetricEigen ritz, int[] kept) {
    double[][] s = Arrays.stream(kept).mapToObj(ritz::vector).toArray(double[][]::new);
    addDefect(largestProduct * basis.rotate(s));
    for (double[] row : t) {
      Arrays.fill(row, 0);
    }
    for (int i = 0; i < kept.length; i++) {
      t[i][i] = ritz.value(kept[i]);
    }
    double[][] next = new double[block()][kept.length];
    for (int j = 0; j < block(); j++) {
      for (int i = 0; i < kept.length; i++) {
        next[j][i] = Vectors.dot(coupling[j], s[i], 0, s[i].length);
      }
    }
    coupling = next;
  }
}
