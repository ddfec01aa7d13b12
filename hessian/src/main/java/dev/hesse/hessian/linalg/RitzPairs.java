package dev.hesse.hessian.linalg;

import java.util.List;
import java.util.stream.IntStream;

/** The Ritz pairs of one moment, judged against the options. */
final class RitzPairs {
  private final Lanczos lanczos;
  private final TridiagonalEigen eigen;
  private final LanczosEigensolver.Options options;
  private final double floor;

  RitzPairs(Lanczos lanczos, TridiagonalEigen eigen, LanczosEigensolver.Options options) {
    this.lanczos = lanczos;
    this.eigen = eigen;
    this.options = options;
    this.floor = lanczos.defect() + options.operatorNoise() * eigen.norm();
  }

  int size() {
    return eigen.size();
  }

  /** ‖T‖, for ‖A‖. */
  double norm() {
    return eigen.norm();
  }

  /** What rounding leaves undecided of every residual. */
  double floor() {
    return floor;
  }

  /** The first eigenvalue asked for. */
  double leading() {
    return eigen.value(leadingRank());
  }

  /** The bound on the error of that eigenvalue. */
  double leadingBound() {
    int i = leadingRank();
    return Criterion.bound(outside(eigen, i), gap(eigen, i)) + floor;
  }

  private int leadingRank() {
    return options.topN() > 0 ? size() - 1 : 0;
  }

  /** The pairs asked for from the largest down; needs whole eigenvectors of T. */
  List<Eigenpair> top() {
    return topRanks().mapToObj(this::pair).toList();
  }

  /** The pairs asked for from the smallest up; needs whole eigenvectors of T. */
  List<Eigenpair> bottom() {
    return bottomRanks().mapToObj(this::pair).toList();
  }

  boolean allConverged() {
    return IntStream.concat(topRanks(), bottomRanks()).allMatch(i -> converged(eigen, i));
  }

  /**
   * Whether no copy of an eigenvalue asked for can be missing, as far as the space tells. A space
   * that never was invariant tells nothing. Otherwise the extreme values of the newest block
   * approach the extremes of A on the complement of the older blocks: once they have converged
   * within the pairs that the older blocks already supply, nothing beyond those is left.
   */
  boolean copiesFound() {
    int block = lanczos.blockStart();
    if (lanczos.isComplete() || (block == 0 && !lanczos.isInvariant())) {
      return true;
    }
    if (block < Math.max(options.topN(), options.bottomN())) {
      return false;
    }
    TridiagonalEigen older = lanczos.ritz(0, block);
    TridiagonalEigen newest = lanczos.ritz(block, eigen.size());
    int last = newest.size() - 1;
    boolean above =
        options.topN() == 0
            || (converged(newest, last)
                && newest.value(last) <= older.value(block - options.topN()) + floor);
    boolean below =
        options.bottomN() == 0
            || (converged(newest, 0)
                && newest.value(0) >= older.value(options.bottomN() - 1) - floor);
    return above && below;
  }

  private IntStream topRanks() {
    return IntStream.range(0, Math.min(options.topN(), size())).map(k -> size() - 1 - k);
  }

  /** Short of the whole spectrum, a Ritz value is not counted at both ends. */
  private IntStream bottomRanks() {
    int left = lanczos.isComplete() ? size() : size() - Math.min(options.topN(), size());
    return IntStream.range(0, Math.min(options.bottomN(), left));
  }

  private Eigenpair pair(int i) {
    double[] s = eigen.vector(i);
    return new Eigenpair(
        eigen.value(i),
        outside(eigen, i) + floor,
        Criterion.bound(outside(eigen, i), gap(eigen, i)) + floor,
        converged(eigen, i),
        () -> lanczos.ritzVector(s));
  }

  private double outside(TridiagonalEigen t, int i) {
    return lanczos.coupling() * Math.abs(t.last(i));
  }

  private boolean converged(TridiagonalEigen t, int i) {
    double outside = outside(t, i);
    return outside <= floor
        || options
            .criterion()
            .holds(
                t.value(i),
                outside + floor,
                Criterion.bound(outside, gap(t, i)) + floor,
                t.norm(),
                options.tolerance());
  }

  /** The distance to the nearest other Ritz value, less that one's residual; 0 if there is none. */
  private double gap(TridiagonalEigen t, int i) {
    if (t.size() == 1) {
      return 0;
    }
    double below =
        i == 0 ? Double.POSITIVE_INFINITY : t.value(i) - t.value(i - 1) - outside(t, i - 1);
    double above =
        i == t.size() - 1
            ? Double.POSITIVE_INFINITY
            : t.value(i + 1) - t.value(i) - outside(t, i + 1);
    return Math.min(below, above);
  }
}
