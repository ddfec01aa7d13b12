package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The algebraically largest and smallest eigenpairs, both from one {@link Lanczos} space.
 *
 * <p>Eigenpair (λ, v) is a Ritz pair (θ, Qs) of T. Its reported residual is β·|sₘ| + floor, an
 * upper bound of ‖Av − λv‖, where floor = ‖F‖_F + noise·‖T‖ is what rounding of the basis and of
 * the products leaves undecided ({@link Lanczos#defect()}, {@link Options#operatorNoise()}).
 *
 * <p>Stopping rule: a pair has converged when its residual is at most tolerance·|λ|, or when β·|sₘ|
 * ≤ floor, so that more products cannot improve it. The solver stops when every pair has, but not
 * before {@value #MARGIN} steps more than pairs, as a Ritz value that stalls at a neighbour early
 * on looks converged. It tests after every step up to 64, then about every 3 % of the steps.
 *
 * <p>Repeated eigenvalues: a space grown from one vector holds one copy of each. Further copies are
 * found once the space has become invariant, as then it goes on from fresh vectors: the solver then
 * also waits until the newest part of the space converges to something that does not belong to the
 * pairs asked for. Where that needs more products than allowed (large n), copies may be missing.
 *
 * <p>Cost: as many products as the space has steps, mostly 10 to 100. Reference: Parlett, The
 * Symmetric Eigenvalue Problem, SIAM 1998, chapter 13.
 */
public final class LanczosEigensolver {
  private static final int MARGIN = 8;

  private LanczosEigensolver() {}

  /**
   * Which pairs, how accurate, and for how many products at most.
   *
   * @param topN how many of the largest eigenvalues
   * @param bottomN how many of the smallest eigenvalues
   * @param maxProducts the most steps of the space, those it had already included
   * @param tolerance relative residual, see the stopping rule; 0 goes on to the level of rounding
   * @param operatorNoise a bound on the rounding error of one product relative to ‖A‖, such as 1e-6
   *     for products in float32; 0 if they are exact to double
   */
  public record Options(
      int topN, int bottomN, int maxProducts, double tolerance, double operatorNoise) {
    /** The largest eigenvalue to 1e-3 in at most 100 exact products. */
    public static final Options DEFAULT = new Options(1, 0, 100, 1e-3, 0);

    public Options {
      if (topN < 0 || bottomN < 0 || topN + (long) bottomN < 1) {
        throw new IllegalArgumentException(
            "expected topN and bottomN of at least 0, not both 0, got %d and %d"
                .formatted(topN, bottomN));
      }
      Require.atLeast("maxProducts", maxProducts, 1);
      Require.fraction("tolerance", tolerance);
      Require.fraction("operatorNoise", operatorNoise);
    }
  }

  /**
   * Grows {@code lanczos} until the pairs have converged, and returns them.
   *
   * @param lanczos a new space, or one that has steps already, which then cost nothing
   */
  public static Eigenpairs solve(Lanczos lanczos, Options options, Progress progress) {
    int stepsBefore = lanczos.steps();
    int n = lanczos.dimension();
    long asked = options.topN + (long) options.bottomN;
    int nextTest = (int) Math.min(n, asked + MARGIN);
    double estimate = Double.NaN;
    Status limit = Status.CONVERGED;
    while (true) {
      int m = lanczos.steps();
      if (m >= nextTest) {
        nextTest = m + Math.max(1, m / 32);
        Ritz ritz = new Ritz(lanczos, lanczos.ritz(0, m), options);
        if (ritz.allConverged() && ritz.copiesFound()) {
          break;
        }
        estimate = ritz.eigen.value(options.topN > 0 ? m - 1 : 0);
      }
      if (m > 0 && m >= options.maxProducts) {
        limit = Status.MAX_PRODUCTS;
        break;
      }
      if (!lanczos.hasMemory()) {
        limit = Status.OUT_OF_MEMORY;
        break;
      }
      lanczos.step();
      progress.update("eigenvalues", m + 1, options.maxProducts, estimate);
    }
    return result(lanczos, options, limit, lanczos.steps() - stepsBefore);
  }

  private static Eigenpairs result(Lanczos lanczos, Options options, Status limit, int products) {
    int m = lanczos.steps();
    if (m == 0) {
      return new Eigenpairs(List.of(), List.of(), 0, limit, "no eigenpairs: no memory for a step");
    }
    Ritz ritz = new Ritz(lanczos, lanczos.ritzWithVectors(), options);
    List<Eigenpair> top = new ArrayList<>();
    List<Eigenpair> bottom = new ArrayList<>();
    for (int k = 0; k < ritz.topCount(); k++) {
      top.add(ritz.pair(m - 1 - k));
    }
    for (int k = 0; k < ritz.bottomCount(); k++) {
      bottom.add(ritz.pair(k));
    }
    List<Eigenpair> pairs = Stream.concat(top.stream(), bottom.stream()).toList();
    Status status = limit;
    if (limit == Status.CONVERGED) {
      boolean toTolerance =
          pairs.stream().allMatch(p -> p.residual() <= options.tolerance * Math.abs(p.value()));
      status =
          Math.max(options.topN, options.bottomN) > m
              ? Status.DIMENSION_EXHAUSTED
              : toTolerance ? Status.CONVERGED : Status.ROUNDING_LIMITED;
    }
    return new Eigenpairs(top, bottom, products, status, message(status, pairs, ritz, options));
  }

  private static String message(Status status, List<Eigenpair> pairs, Ritz ritz, Options options) {
    int m = ritz.eigen.size();
    long converged = pairs.stream().filter(Eigenpair::converged).count();
    String reached =
        "%d of %d eigenpairs converged in a space of %d products"
            .formatted(converged, options.topN + (long) options.bottomN, m);
    return switch (status) {
      case CONVERGED -> reached;
      case ROUNDING_LIMITED ->
          "%s, some only to %.1e, the level of rounding, which is above their tolerance; only more exact products would do better"
              .formatted(reached, ritz.floor);
      case DIMENSION_EXHAUSTED ->
          "more eigenpairs asked for than the matrix of order %d has; all are returned"
              .formatted(m);
      case MAX_PRODUCTS ->
          "%s, the most allowed; eigenvalues may be clustered: allow more products or a larger tolerance"
              .formatted(reached);
      case OUT_OF_MEMORY ->
          "%s, then the basis had filled its memory; allow it more memory or a larger tolerance"
              .formatted(reached);
    };
  }

  /** The Ritz pairs of one moment, judged against the options. */
  private static final class Ritz {
    private final Lanczos lanczos;
    private final TridiagonalEigen eigen;
    private final Options options;
    private final double floor;

    Ritz(Lanczos lanczos, TridiagonalEigen eigen, Options options) {
      this.lanczos = lanczos;
      this.eigen = eigen;
      this.options = options;
      this.floor = lanczos.defect() + options.operatorNoise * eigen.norm();
    }

    int topCount() {
      return Math.min(options.topN, eigen.size());
    }

    int bottomCount() {
      int m = eigen.size();
      return Math.min(options.bottomN, lanczos.isComplete() ? m : m - topCount());
    }

    Eigenpair pair(int i) {
      double[] s = eigen.vector(i);
      return new Eigenpair(
          eigen.value(i),
          outside(eigen, i) + floor,
          converged(eigen, i),
          () -> lanczos.ritzVector(s));
    }

    boolean allConverged() {
      for (int k = 0; k < topCount(); k++) {
        if (!converged(eigen, eigen.size() - 1 - k)) {
          return false;
        }
      }
      for (int k = 0; k < bottomCount(); k++) {
        if (!converged(eigen, k)) {
          return false;
        }
      }
      return true;
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
      if (block < Math.max(options.topN, options.bottomN)) {
        return false;
      }
      TridiagonalEigen older = lanczos.ritz(0, block);
      TridiagonalEigen newest = lanczos.ritz(block, eigen.size());
      int last = newest.size() - 1;
      boolean above =
          options.topN == 0
              || (converged(newest, last)
                  && newest.value(last) <= older.value(block - options.topN) + floor);
      boolean below =
          options.bottomN == 0
              || (converged(newest, 0)
                  && newest.value(0) >= older.value(options.bottomN - 1) - floor);
      return above && below;
    }

    private double outside(TridiagonalEigen t, int i) {
      return lanczos.coupling() * Math.abs(t.last(i));
    }

    private boolean converged(TridiagonalEigen t, int i) {
      double outside = outside(t, i);
      return outside <= floor || outside + floor <= options.tolerance * Math.abs(t.value(i));
    }
  }
}
