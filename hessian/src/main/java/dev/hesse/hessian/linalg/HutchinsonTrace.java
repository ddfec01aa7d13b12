package dev.hesse.hessian.linalg;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Hutchinson's estimate of a trace, on what a Krylov space leaves of the matrix, and stratified
 * over its terms: with the orthonormal basis Q of the space, P = I − QQᵀ and A = Σₜ Aₜ
 *
 * <p>tr A ≈ tr(QᵀAQ) + Σₜ (1/mₜ)·Σₖ zₜₖᵀ·PAₜP·zₜₖ
 *
 * <p>over independent probes. It is unbiased. Its variance is Σₜ vₜ/mₜ with vₜ = 2·Σ_{j≠k}
 * (PAₜP)²ⱼₖ for Rademacher probes, so the eigenvalues that the space holds add nothing to it, and
 * terms without curvature need no products: after one probe of each, every further product goes to
 * the term where it lowers the variance most for its cost (Neyman's allocation). Without a space
 * and with one term it is Hutchinson's plain estimate. On ResNet20, 200 images in four parts by
 * difficulty, a space of 100 vectors lowers the standard error of a product from 30 % of the trace
 * to 3.9 %, and stratifying to 2.3 %.
 *
 * <p>The standard error is not that of the few samples but follows from ‖PAₜPz‖², as {@link
 * TermSamples} says. The same products give the trace of each diagonal block, and the mean of
 * z∘PAₜPz the whole diagonal (Bekas, Kokiopoulou, Saad, Appl. Numer. Math. 57, 2007), of which a
 * matrix of more than {@value #MOST_DIAGONALS} terms is not stratified.
 *
 * <p>Stopping rule: standardError ≤ tolerance·|trace|, tested after at least {@value #FIRST_TEST}
 * samples, or when the next product does not fit the budget. Results do not depend on the number of
 * products at once.
 *
 * <p>Cost: one product a sample of a whole matrix; a term's product counts as its share. Memory:
 * three vectors of doubles for each product at once, and one for each of up to {@value
 * #MOST_DIAGONALS} terms, as far as these fit 256 MiB. Sample k of term t uses probe {@value
 * #FIRST_PROBE} + k·T + t of the seed, apart from those that Krylov spaces start from. References:
 * Hutchinson, Commun. Stat. Simul. Comput. 19 (1990); Gambhir, Stathopoulos, Orginos, SIAM J. Sci.
 * Comput. 39 (2017) for deflation; Chen, Hallman, SIAM J. Matrix Anal. Appl. 44 (2023) for Krylov
 * spaces; Neyman, J. R. Stat. Soc. 97 (1934).
 */
public final class HutchinsonTrace {
  /** The name in reports of the plain estimate. */
  public static final String METHOD = "hutchinson";

  /** The name on what a Krylov space leaves. */
  public static final String METHOD_BESIDE_SPACE = "krylov";

  private static final int FIRST_PROBE = 1 << 20;
  private static final int FIRST_TEST = 8;
  private static final int MOST_DIAGONALS = 8;

  /** Of a space that may grow. */
  private static final int LEAST_STEPS = 16;

  /** Entries of all diagonals together, 256 MiB. */
  private static final long MOST_KEPT = 1L << 25;

  /** What rounding may make of a budget that is used up by shares of a product. */
  private static final double SLACK = 1e-9;

  private final SumOperator operator;
  private final Deflation space;
  private final int[] offsets;
  private final Options options;
  private final Probes probes;
  private List<TermSamples> terms = List.of();
  private final Progress progress;
  private double products;

  /**
   * When to stop.
   *
   * @param maxProducts the most products with the whole matrix, at least 2
   * @param tolerance standard error relative to the trace at which to stop; 0 takes all products
   * @param distribution of the probes
   * @param diagonal whether the whole diagonal is estimated, too
   */
  public record Options(
      int maxProducts, double tolerance, ProbeDistribution distribution, boolean diagonal) {
    public static final int LEAST_PRODUCTS = 2;

    /** At most 100 products, 1e-3, Rademacher probes. */
    public static final Options DEFAULT = new Options(100, 1e-3);

    public Options {
      Require.atLeast("maxProducts", maxProducts, LEAST_PRODUCTS);
      Require.fraction("tolerance", tolerance);
    }

    public Options(int maxProducts, double tolerance) {
      this(maxProducts, tolerance, ProbeDistribution.RADEMACHER);
    }

    /** Without the diagonal. */
    public Options(int maxProducts, double tolerance, ProbeDistribution distribution) {
      this(maxProducts, tolerance, distribution, false);
    }

    /** The same with other numbers of products. */
    public Options withAtMost(int products) {
      return new Options(products, tolerance, distribution, diagonal);
    }
  }

  private HutchinsonTrace(
      SumOperator operator,
      Deflation space,
      int[] offsets,
      Options options,
      long seed,
      Progress progress) {
    checkOffsets(offsets, operator.dimension());
    this.operator =
        options.diagonal() && !keepsDiagonals(operator)
            ? new SumOperator.SingleTerm(operator)
            : operator;
    this.space = space;
    this.offsets = offsets;
    this.options = options;
    this.probes = new Probes(seed);
    this.progress = progress;
    progress.update(TraceEstimate.PHASE, 0, options.maxProducts);
  }

  private static boolean keepsDiagonals(SumOperator operator) {
    return operator.terms() <= MOST_DIAGONALS
        && (long) operator.terms() * operator.dimension() <= MOST_KEPT;
  }

  private List<TermSamples> noSamples() {
    int n = operator.dimension();
    boolean diagonals = options.diagonal() || keepsDiagonals(operator);
    return IntStream.range(0, operator.terms())
        .mapToObj(t -> new TermSamples(options.distribution(), n, offsets, diagonals))
        .toList();
  }

  /** The trace of the whole matrix, without blocks and without a space. */
  public static TraceEstimate estimate(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    return estimate(operator, new int[] {0, operator.dimension()}, options, seed, progress);
  }

  /**
   * The trace of the whole matrix and of its diagonal blocks, without a space.
   *
   * @param offsets where each block of coordinates begins, ascending from 0, and last n
   */
  public static TraceEstimate estimate(
      SymmetricOperator operator, int[] offsets, Options options, long seed, Progress progress) {
    return estimate(operator, Deflation.NONE, offsets, options, seed, progress);
  }

  /**
   * The trace of the matrix that a space was grown with, at the cost of what the space leaves.
   *
   * @param space as it stands; it may go on growing afterwards
   */
  public static TraceEstimate estimate(
      SymmetricOperator operator,
      Lanczos space,
      int[] offsets,
      Options options,
      long seed,
      Progress progress) {
    return estimate(operator, space.deflation(), offsets, options, seed, progress);
  }

  static TraceEstimate estimate(
      SymmetricOperator operator,
      Deflation space,
      int[] offsets,
      Options options,
      long seed,
      Progress progress) {
    HutchinsonTrace trace =
        new HutchinsonTrace(SumOperator.of(operator), space, offsets, options, seed, progress);
    return trace.run(trace.firstRound());
  }

  /**
   * As {@link #estimate(SymmetricOperator, Lanczos, int[], Options, long, Progress)}, with a space
   * that grows as long as the tolerance would take more products for probes than it has steps: it
   * is doubled then, at least to {@value #LEAST_STEPS}. The steps and the probes that a growing
   * space makes void count as products of the estimate.
   */
  public static TraceEstimate estimateGrowing(
      SymmetricOperator operator,
      Lanczos space,
      int[] offsets,
      Options options,
      long seed,
      Progress progress) {
    HutchinsonTrace trace =
        new HutchinsonTrace(
            SumOperator.of(operator), space.deflation(), offsets, options, seed, progress);
    trace.grow(space, Math.min(LEAST_STEPS, options.maxProducts - Options.LEAST_PRODUCTS));
    int samples = trace.firstRound();
    while (trace.wants(space) && !progress.isEnough()) {
      trace.grow(space, 2 * space.steps());
      samples = trace.firstRound();
    }
    return trace.run(samples);
  }

  private void grow(Lanczos lanczos, int steps) {
    int before = lanczos.steps();
    lanczos.growTo(steps, progress);
    products += lanczos.steps() - before;
  }

  /** Whether another doubling of the space is allowed, and the probes would cost more. */
  private boolean wants(Lanczos lanczos) {
    return !converged()
        && !lanczos.isComplete()
        && lanczos.hasMemory()
        && fits(lanczos.steps() + 1)
        && needed() > lanczos.steps();
  }

  /** The products that the tolerance takes at the variances found, by Neyman's allocation. */
  private double needed() {
    double sum = 0;
    for (int t = 0; t < terms.size(); t++) {
      sum += Math.sqrt(terms.get(t).variance() * operator.share(t));
    }
    return Math.pow(sum / (options.tolerance * trace().value()), 2);
  }

  /** Starts the samples anew, with one of every term. */
  private int firstRound() {
    terms = noSamples();
    if (space.size() == operator.dimension()) {
      return 0;
    }
    int samples = sample(IntStream.range(0, terms.size()).toArray(), false);
    update();
    return samples;
  }

  private void update() {
    Mean trace = trace();
    progress.update(
        TraceEstimate.PHASE,
        (int) Math.ceil(products),
        options.maxProducts,
        trace.value(),
        trace.standardError());
  }

  private TraceEstimate run(int begun) {
    int samples = begun;
    if (space.size() < operator.dimension()) {
      for (int[] round = round(samples);
          round.length > 0 && !progress.isEnough() && (samples < FIRST_TEST || !converged());
          round = round(samples)) {
        samples += sample(round, true);
        update();
      }
    }
    return result(samples, progress.isEnough());
  }

  /**
   * The terms of the next samples, one after the other that whose variance another sample lowers
   * most for its cost, in the order of their numbers; none if none fits. How many they are does not
   * depend on how many products the operator makes at once: no more than one of each term while
   * there are few samples.
   */
  private int[] round(int samples) {
    int terms = this.terms.size();
    int most = Math.max(1, Math.min(samples / 4, Math.max(terms, samples / (4 * terms))));
    int[] counts = this.terms.stream().mapToInt(TermSamples::count).toArray();
    int[] round = new int[most];
    double cost = 0;
    int size = 0;
    for (int best = next(counts, cost); best >= 0 && size < most; best = next(counts, cost)) {
      round[size++] = best;
      counts[best]++;
      cost += operator.share(best);
    }
    return Arrays.stream(round, 0, size).sorted().toArray();
  }

  private int next(int[] counts, double cost) {
    int best = -1;
    double largest = -1;
    for (int t = 0; t < counts.length; t++) {
      double share = operator.share(t);
      int m = counts[t];
      double gain = terms.get(t).variance() / (m * (m + 1.0) * share);
      if (gain > largest && fits(cost + share)) {
        best = t;
        largest = gain;
      }
    }
    return best;
  }

  private boolean fits(double cost) {
    return products + cost <= options.maxProducts + SLACK && cost <= progress.productsLeft();
  }

  /**
   * Makes a sample of each term of a round.
   *
   * @param mayEnd whether a budget that is spent ends it
   * @return how many were made
   */
  private int sample(int[] round, boolean mayEnd) {
    int n = operator.dimension();
    int inParallel = (int) Math.max(1, Math.min(operator.termsAtOnce(), MOST_KEPT / n));
    int block = Math.max(operator.preferredBlock(), inParallel);
    int[] counts = terms.stream().mapToInt(TermSamples::count).toArray();
    int done = 0;
    while (done < round.length && !(mayEnd && done > 0 && progress.isEnough())) {
      int[] next = Arrays.copyOfRange(round, done, Math.min(round.length, done + block));
      double[][] z = new double[next.length][];
      double[][] x = new double[next.length][];
      double[][] y = new double[next.length][n];
      for (int i = 0; i < next.length; i++) {
        int index = FIRST_PROBE + counts[next[i]]++ * terms.size() + next[i];
        z[i] = options.distribution().draw(probes, index, n);
        x[i] = z[i].clone();
        space.project(x[i]);
      }
      operator.applyTerms(next, x, y);
      for (int i = 0; i < next.length; i++) {
        TermSamples term = terms.get(next[i]);
        Require.finiteProduct(Vectors.norm(y[i]), term.count() + 1);
        space.project(y[i]);
        term.add(z[i], y[i]);
        products += operator.share(next[i]);
      }
      done += next.length;
    }
    return done;
  }

  private Mean trace() {
    double value = space.trace();
    double variance = 0;
    for (TermSamples term : terms) {
      if (term.count() > 0) {
        value += term.mean();
        variance += term.variance() / term.count();
      }
    }
    return new Mean(value, Math.sqrt(variance));
  }

  private List<Mean> blocks() {
    double[] known = space.diagonal(operator.dimension());
    List<Mean> blocks = new ArrayList<>();
    for (int b = 0; b < offsets.length - 1; b++) {
      double value = Arrays.stream(known, offsets[b], offsets[b + 1]).sum();
      double variance = 0;
      for (TermSamples term : terms) {
        if (term.count() > 0) {
          value += term.blockMean(b);
          variance += term.blockVariance(b) / term.count();
        }
      }
      blocks.add(new Mean(value, Math.sqrt(variance)));
    }
    return blocks;
  }

  private Optional<TraceEstimate.Diagonal> diagonal() {
    if (!options.diagonal()) {
      return Optional.empty();
    }
    double[] values = space.diagonal(operator.dimension());
    double variance = 0;
    for (TermSamples term : terms) {
      if (term.count() > 0) {
        term.addDiagonalTo(values);
        variance += term.diagonalVariance() / term.count();
      }
    }
    return Optional.of(new TraceEstimate.Diagonal(values, Math.sqrt(variance)));
  }

  private boolean converged() {
    Mean trace = trace();
    return trace.standardError() <= options.tolerance * Math.abs(trace.value());
  }

  private TraceEstimate result(int samples, boolean spent) {
    Mean trace = trace();
    boolean converged = converged();
    double relative = trace.standardError() / Math.abs(trace.value());
    String message =
        String.format(
            Locale.ROOT,
            "relative standard error %.1e%s",
            relative,
            space.size() == 0 ? "" : " beside a space of %d vectors".formatted(space.size()));
    if (!converged) {
      message += spent ? ", when the budget was spent" : " after the most products allowed";
      if (options.tolerance > 0 && Double.isFinite(needed())) {
        message +=
            "; the tolerance of %s takes about %s products for probes: allow more or a larger tolerance"
                .formatted(
                    options.tolerance,
                    new BigDecimal(needed()).round(new MathContext(2)).toPlainString());
      }
    }
    return new TraceEstimate(
        space.size() == 0 ? METHOD : METHOD_BESIDE_SPACE,
        trace,
        blocks(),
        diagonal(),
        samples,
        products,
        space.size(),
        converged ? Status.CONVERGED : spent ? Status.BUDGET_SPENT : Status.MAX_PRODUCTS,
        message);
  }

  private static void checkOffsets(int[] offsets, int n) {
    boolean ascending = offsets.length >= 2 && offsets[0] == 0 && offsets[offsets.length - 1] == n;
    for (int i = 1; i < offsets.length && ascending; i++) {
      ascending = offsets[i - 1] <= offsets[i];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "expected ascending offsets from 0 to %d, got %s".formatted(n, Arrays.toString(offsets)));
    }
  }
}
