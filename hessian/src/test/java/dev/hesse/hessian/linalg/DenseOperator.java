package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;

/** A dense matrix as an operator that counts its products. */
class DenseOperator implements SymmetricOperator {
  final double[][] a;
  private final int block;
  int products;

  DenseOperator(double[][] a, int block) {
    this.a = a;
    this.block = block;
  }

  /** UΛUᵀ with a random orthogonal U. */
  static DenseOperator withSpectrum(double... eigenvalues) {
    int n = eigenvalues.length;
    DMatrixRMaj u = RandomMatrices_DDRM.orthogonal(n, n, new Random(7));
    DMatrixRMaj scaled = u.copy();
    CommonOps_DDRM.multCols(scaled, eigenvalues);
    DMatrixRMaj product = new DMatrixRMaj(n, n);
    CommonOps_DDRM.multTransB(scaled, u, product);
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = (product.get(i, j) + product.get(j, i)) / 2;
      }
    }
    return new DenseOperator(a, 1);
  }

  static DenseOperator diagonal(double... entries) {
    double[][] a = new double[entries.length][entries.length];
    for (int i = 0; i < entries.length; i++) {
      a[i][i] = entries[i];
    }
    return new DenseOperator(a, 1);
  }

  DenseOperator withPreferredBlock(int rows) {
    return new DenseOperator(a, rows);
  }

  @Override
  public int dimension() {
    return a.length;
  }

  @Override
  public void apply(double[] x, double[] y) {
    products++;
    for (int i = 0; i < a.length; i++) {
      y[i] = Vectors.dot(a[i], x);
    }
  }

  @Override
  public int preferredBlock() {
    return block;
  }

  double trace() {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i][i];
    }
    return sum;
  }

  /** ‖Av − λv‖ / ‖v‖, in double. */
  double residual(double lambda, double[] v) {
    double[] y = Arrays.stream(a).mapToDouble(row -> Vectors.dot(row, v)).toArray();
    Vectors.addScaled(y, -lambda, v);
    return Vectors.norm(y) / Vectors.norm(v);
  }
}
