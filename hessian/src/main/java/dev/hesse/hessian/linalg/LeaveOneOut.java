package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The exchangeable samples of {@link XTrace} and their variance, from small matrices alone. With Q
 * (n×m) an orthonormal basis of the range of Y = AΩ these are R = QᵀY (m×k), W = QᵀΩ (m×k) and H =
 * QᵀAQ (m×m).
 *
 * <p>Without column i the range is that of Q(I − s·sᵀ)Qᵀ, where the unit vector sᵢ ∈ ℝᵐ is
 * orthogonal to every column of R but rᵢ: along row i of R⁻¹, and 0 where the other columns span
 * all of ℝᵐ, as when Y is of lower rank. Without columns i and j both sᵢ and sⱼ are missing. With U
 * an orthonormal basis of what is missing, x = (I − UUᵀ)·wᵢ and μ = ωᵢ − Q·x the part of ωᵢ outside
 * of the range, and since QᵀAωᵢ = rᵢ and ωᵢᵀAωᵢ = wᵢᵀrᵢ,
 *
 * <p>trᵢ = tr H − tr UᵀHU + c·(wᵢᵀrᵢ − 2·xᵀrᵢ + xᵀHx), c = 1 or (n − m + rank U)/(‖ωᵢ‖² − ‖x‖²)
 *
 * <p>The latter scales μ to the norm of a spherical probe of the complement.
 *
 * <p>The samples are correlated, so that their spread S²/k is not the variance of their mean. Let
 * φᵢⱼ be what sample i changes by when column j is left out too. Given all probes but ωᵢ it has
 * mean 0, from which Cov(trᵢ, trⱼ) = E[φᵢⱼ·φⱼᵢ], and S²/k + the mean of φᵢⱼ·φⱼᵢ over pairs is
 * unbiased for the variance of the mean. A negative covariance counts as 0. Cost: O(k³).
 */
final class LeaveOneOut {
  /** Of ‖ω‖²: what rounding leaves of a probe inside the range; of 1: of two parallel vectors. */
  private static final double ROUNDING = 0x1p-40;

  private final int n;
  private final boolean normalized;

  /**
   * R and W by columns, with an entry for each row of H; H's rows reach to its diagonal at least.
   */
  private final double[][] r;

  private final double[][] w;
  private final double[][] h;
  private final double[] squaredNorms;

  /** The columns of R that each begin a row. */
  private final int[] pivots;

  private final double trace;
  private final double[] wr;
  private final double[] ww;
  private final double[] whw;

  /**
   * Reads the small matrices.
   *
   * @param normalized whether c is not 1
   * @param squaredNorms ‖ωᵢ‖²
   * @param pivots the columns that are independent of those before them, ascending
   */
  LeaveOneOut(
      int n,
      boolean normalized,
      double[][] r,
      double[][] w,
      double[][] h,
      double[] squaredNorms,
      int[] pivots) {
    this.n = n;
    this.normalized = normalized;
    this.r = r;
    this.w = w;
    this.h = h;
    this.squaredNorms = squaredNorms;
    this.pivots = pivots;
    double sum = 0;
    for (int j = 0; j < h.length; j++) {
      sum += h[j][j];
    }
    this.trace = sum;
    this.wr = new double[r.length];
    this.ww = new double[r.length];
    this.whw = new double[r.length];
    for (int i = 0; i < r.length; i++) {
      wr[i] = Vectors.dot(w[i], r[i]);
      ww[i] = Vectors.dot(w[i], w[i]);
      whw[i] = Vectors.dot(w[i], timesH(w[i]));
    }
  }

  /** Vectors of ℝᵐ with their products with H. */
  private record Missing(List<double[]> u, List<double[]> hu) {
    static final Missing NONE = new Missing(List.of(), List.of());
  }

  /** The mean with the root of its variance. */
  Mean estimate() {
    Missing[] missing = missing();
    double[] samples = samples(missing);
    Mean mean = Mean.of(samples);
    double covariance = pivots.length < r.length ? 0 : covariance(missing, samples);
    return new Mean(
        mean.value(), Math.sqrt(Math.pow(mean.standardError(), 2) + Math.max(0, covariance)));
  }

  double[] samples() {
    return samples(missing());
  }

  private double[] samples(Missing[] missing) {
    double[] samples = new double[r.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = sample(i, missing[i]);
    }
    return samples;
  }

  private Missing[] missing() {
    Missing[] missing = new Missing[r.length];
    Arrays.fill(missing, Missing.NONE);
    List<Integer> dependent = new ArrayList<>();
    for (int i = 0; i < r.length; i++) {
      if (Arrays.binarySearch(pivots, i) < 0) {
        dependent.add(i);
      }
    }
    for (int j = 0; j < pivots.length; j++) {
      double[] s = normal(j);
      if (dependent.stream().noneMatch(c -> hasPart(r[c], s))) {
        missing[pivots[j]] = new Missing(List.of(s), List.of(timesH(s)));
      }
    }
    return missing;
  }

  /** s for pivot j: sᵀR = c·eⱼᵀ over the pivots, by forward substitution. */
  private double[] normal(int j) {
    double[] s = new double[h.length];
    for (int l = j; l < s.length; l++) {
      double[] column = r[pivots[l]];
      s[l] = ((l == j ? column[j] : 0) - Vectors.dot(s, column, j, l)) / column[l];
    }
    Vectors.scale(s, 1 / Vectors.norm(s));
    return s;
  }

  private static boolean hasPart(double[] column, double[] s) {
    return Math.abs(Vectors.dot(s, column)) > DoubleBasis.DEPENDENT * Vectors.norm(column);
  }

  private double covariance(Missing[] missing, double[] samples) {
    int k = samples.length;
    double sum = 0;
    for (int i = 0; i < k; i++) {
      for (int j = i + 1; j < k; j++) {
        Missing both = join(missing[i], missing[j]);
        sum += (samples[i] - sample(i, both)) * (samples[j] - sample(j, both));
      }
    }
    return 2 * sum / (k * (k - 1.0));
  }

  /** Gram-Schmidt of two vectors; nothing is added to the first where they are parallel. */
  private static Missing join(Missing first, Missing second) {
    double[] u = second.u.get(0).clone();
    double[] hu = second.hu.get(0).clone();
    double along = Vectors.dot(first.u.get(0), u);
    Vectors.addScaled(u, -along, first.u.get(0));
    Vectors.addScaled(hu, -along, first.hu.get(0));
    double norm = Vectors.norm(u);
    if (norm <= ROUNDING) {
      return first;
    }
    Vectors.scale(u, 1 / norm);
    Vectors.scale(hu, 1 / norm);
    return new Missing(List.of(first.u.get(0), u), List.of(first.hu.get(0), hu));
  }

  private double sample(int i, Missing missing) {
    double known = trace;
    double outside = squaredNorms[i] - ww[i];
    double quadratic = whw[i] - wr[i];
    for (int a = 0; a < missing.u.size(); a++) {
      double part = Vectors.dot(missing.u.get(a), w[i]);
      known -= Vectors.dot(missing.u.get(a), missing.hu.get(a));
      outside += part * part;
      quadratic +=
          2 * part * (Vectors.dot(missing.u.get(a), r[i]) - Vectors.dot(missing.hu.get(a), w[i]));
      for (int b = 0; b < missing.u.size(); b++) {
        quadratic +=
            part
                * Vectors.dot(missing.u.get(b), w[i])
                * Vectors.dot(missing.u.get(a), missing.hu.get(b));
      }
    }
    if (outside <= ROUNDING * squaredNorms[i]) {
      return known;
    }
    double rank = h.length - missing.u.size();
    return known + (normalized ? (n - rank) / outside : 1) * quadratic;
  }

  private double[] timesH(double[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] += h[i][i] * x[i];
      for (int j = 0; j < i; j++) {
        y[i] += h[i][j] * x[j];
        y[j] += h[i][j] * x[i];
      }
    }
    return y;
  }
}
