package dev.hesse.hessian.linalg;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * How far the spans of two sets of vectors coincide.
 *
 * <p>With orthonormal bases P (n×k) and Q (n×l) of the spans and PᵀQ = Y·diag(cos θ)·Zᵀ, the
 * principal angles are θ₁ ≤ θ₂ ≤ …, min(k, l) of them. Their sines come from ‖(I − PPᵀ)·Q·zᵢ‖, so
 * that an angle near 0 is as accurate as one near π/2 (Björck, Golub, Math. Comput. 27, 1973;
 * Knyazev, Argentati, SIAM J. Sci. Comput. 23, 2002).
 *
 * <p>Cost: O(n·k·l).
 *
 * @param cosines |⟨uᵢ, vⱼ⟩|/(‖uᵢ‖‖vⱼ‖), a row for each vector of the first set
 * @param angles θ in radians, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
public record SubspaceOverlap(double[][] cosines, double[] angles) {

  /**
   * Compares two sets.
   *
   * @param first k vectors of n entries, linearly independent
   * @param second l of them
   * @throws IllegalArgumentException if the vectors of a set are linearly dependent
   */
  public static SubspaceOverlap of(double[][] first, double[][] second) {
    double[][] cosines = new double[first.length][second.length];
    for (int i = 0; i < first.length; i++) {
      for (int j = 0; j < second.length; j++) {
        double norms = Vectors.norm(first[i]) * Vectors.norm(second[j]);
        cosines[i][j] = Math.min(1, Math.abs(Vectors.dot(first[i], second[j])) / norms);
      }
    }
    boolean swapped = second.length > first.length;
    double[] angles = swapped ? angles(second, first) : angles(first, second);
    return new SubspaceOverlap(cosines, angles);
  }

  /** For l ≤ k. */
  private static double[] angles(double[][] larger, double[][] smaller) {
    DoubleBasis p = orthonormal(larger);
    double[][] q = orthonormal(smaller).vectors(0, smaller.length);
    DMatrixRMaj inner = new DMatrixRMaj(p.coefficients(q, 0));
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(inner.numRows, inner.numCols, true, false, true);
    if (!svd.decompose(inner)) {
      throw new NumericalException("the singular values of a small matrix do not converge");
    }
    DMatrixRMaj left = svd.getU(null, /* transposed= */ false);
    double[] cosines = svd.getSingularValues();
    SingularOps_DDRM.descendingOrder(left, false, cosines, q.length, null, false);
    double[][] principal = new double[q.length][p.dimension()];
    for (int i = 0; i < q.length; i++) {
      for (int j = 0; j < q.length; j++) {
        Vectors.addScaled(principal[i], left.get(j, i), q[j]);
      }
    }
    p.project(principal);
    double[] angles = new double[q.length];
    Arrays.setAll(angles, i -> Math.atan2(Vectors.norm(principal[i]), cosines[i]));
    Arrays.sort(angles);
    return angles;
  }

  private static DoubleBasis orthonormal(double[][] vectors) {
    DoubleBasis basis = new DoubleBasis(vectors[0].length);
    for (boolean independent : basis.append(vectors)) {
      if (!independent) {
        throw new IllegalArgumentException("expected linearly independent vectors");
      }
    }
    return basis;
  }

  /** The mean of cos²θ, ‖PᵀQ‖²/min(k, l): 1 where one span holds the other, 0 at right angles. */
  public double overlap() {
    return Arrays.stream(angles).map(Math::cos).map(c -> c * c).average().orElseThrow();
  }
}
