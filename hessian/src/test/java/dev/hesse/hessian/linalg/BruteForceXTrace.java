package dev.hesse.hessian.linalg;

import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;

/** XTrace from its definition, with a factorization for each set of columns. */
final class BruteForceXTrace {
  private final DenseOperator operator;
  private final double[][] omega;
  private final double[][] y;
  private final boolean normalized;

  BruteForceXTrace(DenseOperator operator, ProbeDistribution distribution, int k, long seed) {
    this.operator = operator;
    int n = operator.dimension();
    this.omega =
        IntStream.range(0, k)
            .mapToObj(i -> distribution.draw(new Probes(seed), XTrace.FIRST_PROBE + i, n))
            .toArray(double[][]::new);
    this.y = new double[k][n];
    operator.applyBlock(omega, y);
    this.normalized = distribution != ProbeDistribution.RADEMACHER;
  }

  /** Sample i from the range without columns i and j. */
  private double sample(int i, int j) {
    int n = operator.dimension();
    double[][] rest =
        IntStream.range(0, y.length)
            .filter(c -> c != i && c != j)
            .mapToObj(c -> y[c])
            .toArray(double[][]::new);
    DMatrixRMaj columns = new DMatrixRMaj(rest);
    CommonOps_DDRM.transpose(columns);
    QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(n, rest.length);
    qr.decompose(columns);
    DMatrixRMaj q = qr.getQ(null, true);
    double known = 0;
    double[] mu = omega[i].clone();
    for (int c = 0; c < rest.length; c++) {
      int column = c;
      double[] v = IntStream.range(0, n).mapToDouble(l -> q.get(l, column)).toArray();
      known += form(v);
      Vectors.addScaled(mu, -Vectors.dot(v, omega[i]), v);
    }
    double scale = normalized ? (n - rest.length) / Vectors.dot(mu, mu) : 1;
    return known + scale * form(mu);
  }

  private double form(double[] v) {
    double[] product = new double[v.length];
    operator.apply(v, product);
    return Vectors.dot(v, product);
  }

  /** The mean of the samples, and the root of S²/k + the mean of φᵢⱼ·φⱼᵢ. */
  Mean estimate() {
    int k = y.length;
    double[] samples = IntStream.range(0, k).mapToDouble(i -> sample(i, i)).toArray();
    double covariance = 0;
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        if (i != j) {
          covariance += (samples[i] - sample(i, j)) * (samples[j] - sample(j, i));
        }
      }
    }
    Mean mean = Mean.of(samples);
    double squared = Math.pow(mean.standardError(), 2);
    return new Mean(mean.value(), Math.sqrt(squared + Math.max(0, covariance / (k * (k - 1.0)))));
  }
}
