package dev.hesse.hessian.linalg;

import dev.hesse.hessian.linalg.Wanted.Ends;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Extreme eigenpairs by block Lanczos with thick restarts: a space of {@link Options#block} start
 * vectors, of bounded memory. When it is full, it goes on from the Ritz vectors at the ends that
 * are asked for, those that have converged among them (locking), and as many beside them as half of
 * the room that is left.
 *
 * <p>A block of b finds up to b copies of a repeated eigenvalue and separates clusters; one of b =
 * 1 takes the fewest products where eigenvalues are simple. Given vectors, such as an earlier
 * epoch's eigenvectors, are the first block.
 *
 * <p>Stopping rule: the {@link Criterion} holds for every pair, or its residual is at the level of
 * rounding. A Ritz value has a residual ‖R·C·s‖ + floor, as {@link RestartedSpace} says, with floor
 * = (noise + what rounding of the basis moved)·‖A‖.
 *
 * <p>Memory: 4·n bytes for each vector of the basis, at most {@link Options#mostVectors}, and 3·b
 * vectors of doubles. Cost: b products a step; orthogonalisation 8·n·m operations for each.
 * References: Wu, Simon, SIAM J. Matrix Anal. Appl. 22 (2000); Golub, Underwood, "The block Lanczos
 * method", Mathematical Software III (1977).
 */
public final class BlockLanczos {
  private final Options options;
  private final RestartedSpace space;
  private final Progress progress;

  /**
   * Which pairs, how accurate, and for how much.
   *
   * @param wanted which
   * @param block b, at least 1; the number of given vectors if that is larger, and fewer where
   *     products or a budget do not suffice for one block
   * @param maxProducts the most products
   * @param mostVectors of the basis; at least count + 2·b + 1
   * @param tolerance of the criterion; 0 goes on to the level of rounding
   * @param operatorNoise as in {@link LanczosEigensolver.Options}
   */
  public record Options(
      Wanted wanted,
      int block,
      int maxProducts,
      int mostVectors,
      double tolerance,
      Criterion criterion,
      double operatorNoise) {
    public Options {
      Require.atLeast("block", block, 1);
      Require.atLeast("maxProducts", maxProducts, 1);
      Require.atLeast("mostVectors", mostVectors, wanted.count() + 2 * block + 1);
      Require.fraction("tolerance", tolerance);
      Require.fraction("operatorNoise", operatorNoise);
    }
  }

  private BlockLanczos(Options options, RestartedSpace space, Progress progress) {
    this.options = options;
    this.space = space;
    this.progress = progress;
  }

  /**
   * Finds the pairs, with a basis in Java's heap.
   *
   * @param given start vectors, none of them zero; the block is filled up with Gaussian ones
   * @param seed of these
   * @return the pairs as {@link Eigenpairs#top} from the outermost in, or as bottom for the
   *     smallest; those by magnitude as top
   */
  public static Eigenpairs solve(
      SymmetricOperator operator,
      List<double[]> given,
      Options options,
      long seed,
      Progress progress) {
    return solve(operator, given, options, seed, BasisStorage.inHeap(Long.MAX_VALUE), progress);
  }

  /**
   * As {@link #solve(SymmetricOperator, List, Options, long, Progress)}, with the basis where it is
   * told to be, of up to {@link Options#mostVectors} all the same.
   */
  public static Eigenpairs solve(
      SymmetricOperator operator,
      List<double[]> given,
      Options options,
      long seed,
      BasisStorage storage,
      Progress progress) {
    int n = operator.dimension();
    Probes probes = new Probes(seed);
    List<double[]> start = new ArrayList<>(given);
    double affordable = Math.min(options.maxProducts, progress.productsLeft());
    int block = (int) Math.min(Math.min(options.block, n), Math.max(1, affordable));
    for (int i = 0; start.size() < block; i++) {
      start.add(probes.gaussian(i, n));
    }
    int room = Math.max(options.mostVectors, options.wanted.count() + 2 * start.size() + 1);
    RestartedSpace space = new RestartedSpace(operator, start, probes, room, storage);
    return new BlockLanczos(options, space, progress).run();
  }

  /**
   * Goes on from a space that has filled its memory, which is of no further use afterwards.
   *
   * @param options whose products are in addition to the steps of the space
   */
  public static Eigenpairs goOn(Lanczos full, Options options, Progress progress) {
    return new BlockLanczos(options, full.restarted(options.mostVectors), progress).run();
  }

  private Eigenpairs run() {
    while (true) {
      if (!space.hasRoom()) {
        SymmetricEigen ritz = space.ritz();
        space.restart(ritz, kept(ritz));
      }
      space.extend();
      SymmetricEigen ritz = space.ritz();
      WantedRanks ranks = ranks(options.wanted, ritz);
      progress.update(
          "eigenvalues",
          space.products(),
          options.maxProducts,
          ritz.value(ranks.first()),
          pair(ritz, ranks.first()).bound());
      boolean enough = space.size() >= options.wanted.count() + space.block() || space.isComplete();
      boolean found = space.isComplete() || (enough && allConverged(ritz, ranks));
      boolean spent = progress.isEnough() || progress.productsLeft() < space.block();
      if (found || spent || space.products() + space.block() > options.maxProducts) {
        return result(ritz, ranks, found, !found && spent);
      }
    }
  }

  private WantedRanks ranks(Wanted wanted, SymmetricEigen ritz) {
    return WantedRanks.of(wanted, ritz.size(), ritz::value, space.isComplete());
  }

  private int[] kept(SymmetricEigen ritz) {
    int free = ritz.size() - options.wanted.count() - space.block();
    boolean both = options.wanted instanceof Ends ends && ends.top() > 0 && ends.bottom() > 0;
    int more = Math.max(0, free / (both ? 4 : 2));
    return ranks(options.wanted.andMore(more), ritz).all().toArray();
  }

  private boolean allConverged(SymmetricEigen ritz, WantedRanks ranks) {
    return ranks.all().allMatch(i -> converged(ritz, i))
        && ranks.areDecided(
            i -> space.residual(ritz.vector(i)) + floor(ritz), i -> converged(ritz, i));
  }

  private double floor(SymmetricEigen ritz) {
    return space.defect() + options.operatorNoise * ritz.norm();
  }

  private boolean converged(SymmetricEigen ritz, int i) {
    double residual = space.residual(ritz.vector(i));
    double floor = floor(ritz);
    return residual <= floor
        || options.criterion.holds(
            ritz.value(i),
            residual + floor,
            Criterion.bound(residual, gap(ritz, i)) + floor,
            ritz.norm(),
            options.tolerance);
  }

  /** As in {@link RitzPairs}; 0 if there is no other Ritz value. */
  private double gap(SymmetricEigen ritz, int i) {
    return IntStream.of(i - 1, i + 1)
        .filter(j -> j >= 0 && j < ritz.size())
        .mapToDouble(j -> Math.abs(ritz.value(j) - ritz.value(i)) - space.residual(ritz.vector(j)))
        .min()
        .orElse(0);
  }

  private Eigenpairs result(SymmetricEigen ritz, WantedRanks ranks, boolean found, boolean spent) {
    List<Eigenpair> above = ranks.top().mapToObj(i -> pair(ritz, i)).toList();
    List<Eigenpair> below = ranks.bottom().mapToObj(i -> pair(ritz, i)).toList();
    List<Eigenpair> pairs = Stream.concat(above.stream(), below.stream()).toList();
    Status status =
        !found
            ? spent ? Status.BUDGET_SPENT : Status.MAX_PRODUCTS
            : pairs.size() < options.wanted.count()
                ? Status.DIMENSION_EXHAUSTED
                : pairs.stream().allMatch(p -> reached(p, ritz))
                    ? Status.CONVERGED
                    : Status.ROUNDING_LIMITED;
    String message =
        "%d of %d eigenpairs converged in %d products with a basis of at most %d vectors%s"
            .formatted(
                pairs.stream().filter(Eigenpair::converged).count(),
                options.wanted.count(),
                space.products(),
                options.mostVectors,
                switch (status) {
                  case ROUNDING_LIMITED ->
                      ", some only to the level of rounding, which is above their tolerance";
                  case DIMENSION_EXHAUSTED -> ", as many as the matrix has";
                  case BUDGET_SPENT -> ", then the budget was spent";
                  case MAX_PRODUCTS ->
                      ", the most allowed: allow more products or vectors, or a larger tolerance";
                  default -> "";
                });
    return new Eigenpairs(options.wanted.order(), above, below, space.products(), status, message);
  }

  private boolean reached(Eigenpair pair, SymmetricEigen ritz) {
    return options.criterion.holds(
        pair.value(), pair.residual(), pair.bound(), ritz.norm(), options.tolerance);
  }

  private Eigenpair pair(SymmetricEigen ritz, int i) {
    double residual = space.residual(ritz.vector(i));
    double floor = floor(ritz);
    double[] s = ritz.vector(i);
    return new Eigenpair(
        ritz.value(i),
        residual + floor,
        Criterion.bound(residual, gap(ritz, i)) + floor,
        converged(ritz, i),
        () -> space.vector(s));
  }
}
