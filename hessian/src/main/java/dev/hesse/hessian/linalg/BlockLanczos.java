package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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

  /** Which end of the spectrum. */
  public enum End {
    LARGEST,
    SMALLEST,
    /** Largest in magnitude. */
    MAGNITUDE
  }

  /**
   * Which pairs, how accurate, and for how much.
   *
   * @param end where they are
   * @param count how many
   * @param block b, at least 1; the number of given vectors if that is larger
   * @param maxProducts the most products
   * @param mostVectors of the basis; at least count + 2·b + 1
   * @param tolerance of the criterion; 0 goes on to the level of rounding
   * @param operatorNoise as in {@link LanczosEigensolver.Options}
   */
  public record Options(
      End end,
      int count,
      int block,
      int maxProducts,
      int mostVectors,
      double tolerance,
      Criterion criterion,
      double operatorNoise) {
    public Options {
      Require.atLeast("count", count, 1);
      Require.atLeast("block", block, 1);
      Require.atLeast("maxProducts", maxProducts, 1);
      Require.atLeast("mostVectors", mostVectors, count + 2 * block + 1);
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
   * Finds the pairs.
   *
   * @param given start vectors, none of them zero; the block is filled up with Gaussian ones
   * @param seed of these
   * @return the pairs as {@link Eigenpairs#top} from the outermost in, or as bottom for the
   *     smallest
   */
  public static Eigenpairs solve(
      SymmetricOperator operator,
      List<double[]> given,
      Options options,
      long seed,
      Progress progress) {
    int n = operator.dimension();
    Probes probes = new Probes(seed);
    List<double[]> start = new ArrayList<>(given);
    for (int i = 0; start.size() < Math.min(options.block, n); i++) {
      start.add(probes.gaussian(i, n));
    }
    int room = Math.max(options.mostVectors, options.count + 2 * start.size() + 1);
    RestartedSpace space = new RestartedSpace(operator, start, probes, room);
    return new BlockLanczos(options, space, progress).run();
  }

  private Eigenpairs run() {
    while (true) {
      if (!space.hasRoom()) {
        SymmetricEigen ritz = space.ritz();
        space.restart(ritz, kept(ritz));
      }
      space.extend();
      SymmetricEigen ritz = space.ritz();
      int[] wanted = wanted(ritz, options.count);
      progress.update("eigenvalues", space.products(), options.maxProducts, ritz.value(wanted[0]));
      boolean enough = space.size() >= options.count + space.block() || space.isComplete();
      if (space.isComplete()
          || (enough && IntStream.of(wanted).allMatch(i -> converged(ritz, i)))) {
        return result(ritz, wanted, Status.CONVERGED);
      }
      if (space.products() + space.block() > options.maxProducts) {
        return result(ritz, wanted, Status.MAX_PRODUCTS);
      }
    }
  }

  /** The ranks of the outermost Ritz values, from the outermost in. */
  private int[] wanted(SymmetricEigen ritz, int count) {
    int m = ritz.size();
    int most = Math.min(count, m);
    return switch (options.end) {
      case LARGEST -> IntStream.range(0, most).map(i -> m - 1 - i).toArray();
      case SMALLEST -> IntStream.range(0, most).toArray();
      case MAGNITUDE ->
          IntStream.range(0, m)
              .boxed()
              .sorted((i, j) -> Double.compare(Math.abs(ritz.value(j)), Math.abs(ritz.value(i))))
              .limit(most)
              .mapToInt(Integer::intValue)
              .toArray();
    };
  }

  private int[] kept(SymmetricEigen ritz) {
    int free = ritz.size() - options.count - space.block();
    return wanted(ritz, options.count + Math.max(0, free / 2));
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

  private double gap(SymmetricEigen ritz, int i) {
    return IntStream.of(i - 1, i + 1)
        .filter(j -> j >= 0 && j < ritz.size())
        .mapToDouble(j -> Math.abs(ritz.value(j) - ritz.value(i)) - space.residual(ritz.vector(j)))
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private Eigenpairs result(SymmetricEigen ritz, int[] wanted, Status limit) {
    List<Eigenpair> pairs = IntStream.of(wanted).mapToObj(i -> pair(ritz, i)).toList();
    long converged = pairs.stream().filter(Eigenpair::converged).count();
    Status status = limit;
    if (limit == Status.CONVERGED && pairs.size() < options.count) {
      status = Status.DIMENSION_EXHAUSTED;
    } else if (limit == Status.CONVERGED && !pairs.stream().allMatch(p -> reached(p, ritz))) {
      status = Status.ROUNDING_LIMITED;
    }
    String message =
        String.format(
            Locale.ROOT,
            "%d of %d eigenpairs converged in %d products with a basis of at most %d vectors%s",
            converged,
            options.count,
            space.products(),
            Math.max(space.size(), options.mostVectors),
            switch (status) {
              case ROUNDING_LIMITED ->
                  ", some only to the level of rounding, which is above their tolerance";
              case DIMENSION_EXHAUSTED -> ", as many as the matrix has";
              case MAX_PRODUCTS ->
                  ", the most allowed: allow more products or vectors, or a larger tolerance";
              default -> "";
            });
    boolean bottom = options.end == End.SMALLEST;
    return new Eigenpairs(
        bottom ? List.of() : pairs, bottom ? pairs : List.of(), space.products(), status, message);
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
