package dev.hesse.hessian.linalg;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The algebraically largest and smallest eigenpairs, or the largest in magnitude, all from one
 * {@link Lanczos} space.
 *
 * <p>Eigenpair (λ, v) is a Ritz pair (θ, Qs) of T. Its reported residual is β·|sₘ| + floor, an
 * upper bound of ‖Av − λv‖, where floor = ‖F‖_F + noise·‖T‖ is what rounding of the basis and of
 * the products leaves undecided ({@link Lanczos#defect()}, {@link Options#operatorNoise()}).
 *
 * <p>Stopping rule: a pair has converged when the {@link Criterion} holds, or when β·|sₘ| ≤ floor,
 * so that more products cannot improve it. The solver stops when every pair has, but not before
 * {@value #MARGIN} steps more than pairs, as a Ritz value that stalls at a neighbour early on looks
 * converged. It tests after every step up to 64, then about every 3 % of the steps.
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
   * @param wanted which, chosen anew from the Ritz values whenever they are judged
   * @param maxProducts the most steps of the space, those it had already included
   * @param tolerance of the criterion, see the stopping rule; 0 goes on to the level of rounding
   * @param criterion what the tolerance is of
   * @param operatorNoise a bound on the rounding error of one product relative to ‖A‖, such as 1e-6
   *     for products in float32; 0 if they are exact to double
   */
  public record Options(
      Wanted wanted, int maxProducts, double tolerance, Criterion criterion, double operatorNoise) {
    /** The largest eigenvalue to 1e-3 in at most 100 exact products. */
    public static final Options DEFAULT = new Options(1, 0, 100, 1e-3, 0);

    public Options {
      Require.atLeast("maxProducts", maxProducts, 1);
      Require.fraction("tolerance", tolerance);
      Require.fraction("operatorNoise", operatorNoise);
    }

    /** Of the largest and smallest eigenvalues. */
    public Options(
        int topN,
        int bottomN,
        int maxProducts,
        double tolerance,
        Criterion criterion,
        double operatorNoise) {
      this(new Wanted.Ends(topN, bottomN), maxProducts, tolerance, criterion, operatorNoise);
    }

    /** With the residual as criterion. */
    public Options(int topN, int bottomN, int maxProducts, double tolerance, double operatorNoise) {
      this(topN, bottomN, maxProducts, tolerance, Criterion.RESIDUAL, operatorNoise);
    }
  }

  /**
   * Grows {@code lanczos} until the pairs have converged, and returns them.
   *
   * @param lanczos a new space, or one that has steps already, which then cost nothing
   */
  public static Eigenpairs solve(Lanczos lanczos, Options options, Progress progress) {
    int before = lanczos.steps();
    Status limit = grow(lanczos, options, progress);
    int m = lanczos.steps();
    if (m == 0) {
      return new Eigenpairs(
          options.wanted.order(),
          List.of(),
          List.of(),
          0,
          limit,
          "the basis has no memory for its first vector; allow more");
    }
    RitzPairs ritz = new RitzPairs(lanczos, lanczos.ritzWithVectors(), options);
    List<Eigenpair> top = ritz.top();
    List<Eigenpair> bottom = ritz.bottom();
    List<Eigenpair> pairs = Stream.concat(top.stream(), bottom.stream()).toList();
    Status status = limit == Status.CONVERGED ? refine(pairs, ritz, options) : limit;
    return new Eigenpairs(
        options.wanted.order(),
        top,
        bottom,
        m - before,
        status,
        message(status, pairs, ritz, options));
  }

  /** Steps until the stopping rule holds or a limit is met, and returns which. */
  private static Status grow(Lanczos lanczos, Options options, Progress progress) {
    int earliest = (int) Math.min(lanczos.dimension(), options.wanted.count() + (long) MARGIN);
    int nextTest = earliest;
    double estimate = Double.NaN;
    double error = Double.NaN;
    while (true) {
      int m = lanczos.steps();
      boolean last = lanczos.isComplete() || m >= options.maxProducts || !lanczos.hasMemory();
      if (m >= nextTest || (last && m >= earliest)) {
        nextTest = m + Math.max(1, m / 32);
        RitzPairs ritz = new RitzPairs(lanczos, lanczos.ritz(0, m), options);
        if (ritz.allConverged() && ritz.copiesFound()) {
          return Status.CONVERGED;
        }
        estimate = ritz.leading();
        error = ritz.leadingBound();
      }
      if (m > 0 && progress.isEnough()) {
        return Status.BUDGET_SPENT;
      }
      if (last) {
        return m >= options.maxProducts ? Status.MAX_PRODUCTS : Status.OUT_OF_MEMORY;
      }
      lanczos.step();
      progress.update("eigenvalues", m + 1, options.maxProducts, estimate, error);
    }
  }

  private static Status refine(List<Eigenpair> pairs, RitzPairs ritz, Options options) {
    if (options.wanted.leastOrder() > ritz.size()) {
      return Status.DIMENSION_EXHAUSTED;
    }
    return pairs.stream()
            .allMatch(
                p ->
                    options.criterion.holds(
                        p.value(), p.residual(), p.bound(), ritz.norm(), options.tolerance))
        ? Status.CONVERGED
        : Status.ROUNDING_LIMITED;
  }

  private static String message(
      Status status, List<Eigenpair> pairs, RitzPairs ritz, Options options) {
    int m = ritz.size();
    long converged = pairs.stream().filter(Eigenpair::converged).count();
    String reached =
        "%d of %d eigenpairs converged in a space of %d products"
            .formatted(converged, options.wanted.count(), m);
    return switch (status) {
      case CONVERGED -> reached;
      case ROUNDING_LIMITED ->
          String.format(
              Locale.ROOT,
              "%d of %d eigenpairs are as exact as products of their rounding allow, to %.1e, which is"
                  + " above the tolerance of some",
              converged,
              options.wanted.count(),
              ritz.floor());
      case DIMENSION_EXHAUSTED ->
          "more eigenpairs asked for than the matrix of order %d has; all are returned"
              .formatted(m);
      case MAX_PRODUCTS ->
          reached
              + ", the most allowed; eigenvalues may be clustered:"
              + " allow more products or a larger tolerance";
      case BUDGET_SPENT -> reached + ", then the budget was spent";
      case OUT_OF_MEMORY ->
          reached
              + ", then the basis had filled its memory: allow it more memory or a larger tolerance";
    };
  }
}
