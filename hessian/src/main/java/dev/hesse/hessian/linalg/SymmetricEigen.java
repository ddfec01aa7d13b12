package dev.hesse.hessian.linalg;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/** Eigenvalues, ascending, and unit eigenvectors of a small dense symmetric matrix. Cost: O(m³). */
final class SymmetricEigen {
  private final double[] values;
  private final double[][] vectors;

  private SymmetricEigen(double[] values, double[][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /**
   * @param a m rows of m entries or more; scaled before, whatever its size
   */
  static SymmetricEigen of(double[][] a, int m) {
    double largest = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        largest = Math.max(largest, Math.abs(a[i][j]));
      }
    }
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    DMatrixRMaj scaled = new DMatrixRMaj(m, m);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        scaled.set(i, j, Math.scalb((a[i][j] + a[j][i]) / 2, -exponent));
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen =
        DecompositionFactory_DDRM.eig(m, /* computeVectors= */ true, /* isSymmetric= */ true);
    if (!eigen.decompose(scaled)) {
      throw new NumericalException("no convergence of the projected matrix's eigenvalues");
    }
    int[] ascending =
        IntStream.range(0, m)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> eigen.getEigenvalue(i).getReal()))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] values = new double[m];
    double[][] vectors = new double[m][];
    for (int i = 0; i < m; i++) {
      values[i] = Math.scalb(eigen.getEigenvalue(ascending[i]).getReal(), exponent);
      vectors[i] = eigen.getEigenVector(ascending[i]).getData().clone();
    }
    return new SymmetricEigen(values, vectors);
  }

  int size() {
    return values.length;
  }

  double value(int i) {
    return values[i];
  }

  /** Not a copy. */
  double[] vector(int i) {
    return vectors[i];
  }

  double norm() {
    return Math.max(Math.abs(values[0]), Math.abs(values[size() - 1]));
  }
}
