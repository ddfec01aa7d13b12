package dev.hesse.hessian.linalg;

import java.util.List;

/** The Ritz pairs of one moment, judged against the options. */
final class RitzPairs {
  private final Lanczos lanczos;
  private final TridiagonalEigen eigen;
  private final LanczosEigensolver.Options options;
  private final double floor;
  private final WantedRanks ranks;

  RitzPairs(Lanczos lanczos, TridiagonalEigen eigen, LanczosEigensolver.Options options) {
    this.lanczos = lanczos;
    this.eigen = eigen;
    this.options = options;
    this.floor = lanczos.defect() + options.operatorNoise() * eigen.norm();
    this.ranks = WantedRanks.of(options.wanted(), eigen.size(), eigen::value, lanczos.isComplete());
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
    return eigen.value(ranks.first());
  }

  /** The bound on the error of that eigenvalue. */
  double leadingBound() {
    int i = ranks.first();
    return Criterion.bound(outside(eigen, i), gap(eigen, i)) + floor;
  }

  /** The pairs that are asked for as top, in their order; needs whole eigenvectors of T. */
  List<Eigenpair> top() {
    return ranks.top().mapToObj(this::pair).toList();
  }

  /** The pairs asked for from the smallest up; needs whole eigenvectors of T. */
  List<Eigenpair> bottom() {
    return ranks.bottom().mapToObj(this::pair).toList();
  }

  boolean allConverged() {
    return ranks.all().allMatch(i -> converged(eigen, i))
        && ranks.areDecided(i -> outside(eigen, i) + floor, i -> converged(eigen, i));
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
    int top = ranks.ends().top();
    int bottom = ranks.ends().bottom();
    if (block < Math.max(top, bottom)) {
      return false;
    }
    TridiagonalEigen older = lanczos.ritz(0, block);
    TridiagonalEigen newest = lanczos.ritz(block, eigen.size());
    int last = newest.size() - 1;
    boolean above =
        top == 0
            || (converged(newest, last) && newest.value(last) <= older.value(block - top) + floor);
    boolean below =
        bottom == 0 || (converged(newest, 0) && newest.value(0) >= older.value(bottom - 1) - floor);
    return above && below;
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
