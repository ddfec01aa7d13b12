package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The exchangeable estimate of a trace: each of k probes ωᵢ serves both to find the range of the
 * matrix and, left out of that, to estimate the trace of the rest. With Q₍ᵢ₎ an orthonormal basis
 * of the range of AΩ without column i, and μᵢ = (I − Q₍ᵢ₎Q₍ᵢ₎ᵀ)·ωᵢ,
 *
 * <p>tr A ≈ (1/k)·Σᵢ trᵢ, trᵢ = tr(Q₍ᵢ₎ᵀAQ₍ᵢ₎) + cᵢ·μᵢᵀAμᵢ
 *
 * <p>It is unbiased for any symmetric A, definite or not, and exact up to rounding once k exceeds
 * the rank. For spherical and Gaussian probes cᵢ = (n − rank Q₍ᵢ₎)/‖μᵢ‖², which makes μᵢ a
 * spherical probe of the complement; both then give the same estimate. Rademacher probes are none
 * after projection, and cᵢ = 1. {@link LeaveOneOut} has the formulas.
 *
 * <p>The standard error is the root of an unbiased estimate of the variance, times {@link
 * Student#factor} for k − 1 degrees of freedom, so that ±1.96 standard errors are a 95 % interval.
 * The spread of the samples over √k alone, which the reference takes, neglects that they are
 * correlated: its intervals cover 74 to 92 % (84 to 94 % with Student's factor). These cover 93 to
 * 97 %, over 1000 seeds on spectra that are flat, fall off as 1/i², or have outliers above a bulk,
 * from 6 to 24 probes.
 *
 * <p>On outliers above a bulk its error is 0.6 to 0.8 of {@link HutchPlusPlus}'s for as many
 * products, and about that of {@link HutchinsonTrace} beside a Krylov space that takes half of
 * them. On a flat spectrum it is 1.4 times plain Hutchinson's.
 *
 * <p>Stopping rule: standardError ≤ tolerance·|trace|, tested at {@value #FIRST_TEST} probes and
 * whenever their number has doubled; all products are used again. It also stops when probes are
 * more than the rank, and when the rest of ℝⁿ takes no more products than the next test, as it then
 * takes the trace over an orthonormal basis of ℝⁿ, without error. A budget that is spent between
 * tests leaves the estimate of the last.
 *
 * <p>Cost: two products a probe and 12·n·k² operations. Memory: 8·n·k bytes for the basis, and
 * three blocks of products. Probe i is {@value #FIRST_PROBE} + i of the seed, which is drawn again
 * where it is needed. Reference: Epperly, Tropp, Webber, "XTrace: making the most of every sample
 * in stochastic trace estimation", SIAM J. Matrix Anal. Appl. 45 (2024).
 */
public final class XTrace {
  /** The name in reports. */
  public static final String METHOD = "xtrace";

  static final int FIRST_PROBE = 3 << 29;
  private static final int FIRST_TEST = 4;

  private final SymmetricOperator operator;
  private final CountedProducts products;
  private final Options options;
  private final Progress progress;
  private final Probes probes;
  private final DoubleBasis basis;

  private final List<double[]> r = new ArrayList<>();
  private final List<double[]> w = new ArrayList<>();
  private final List<double[]> h = new ArrayList<>();
  private final List<Double> squaredNorms = new ArrayList<>();
  private final List<Integer> pivots = new ArrayList<>();

  /** Probes of the last estimate; 0 before there is one. */
  private Mean trace = new Mean(Double.NaN, Double.NaN);

  private int samples;

  /**
   * When to stop.
   *
   * @param maxProducts the most products, at least 6
   * @param tolerance standard error relative to the trace at which to stop; 0 takes all products
   * @param distribution of the probes
   */
  public record Options(int maxProducts, double tolerance, ProbeDistribution distribution) {
    public static final int LEAST_PRODUCTS = 6;

    /** At most 100 products, 1e-3, spherical probes. */
    public static final Options DEFAULT = new Options(100, 1e-3);

    public Options {
      Require.atLeast("maxProducts", maxProducts, LEAST_PRODUCTS);
      Require.fraction("tolerance", tolerance);
    }

    public Options(int maxProducts, double tolerance) {
      this(maxProducts, tolerance, ProbeDistribution.SPHERICAL);
    }

    /** Whether a projected probe is scaled to that of the complement. */
    boolean normalizes() {
      return distribution != ProbeDistribution.RADEMACHER;
    }
  }

  private XTrace(SymmetricOperator operator, Options options, long seed, Progress progress) {
    this.operator = operator;
    this.products = new CountedProducts(operator);
    this.options = options;
    this.progress = progress;
    this.probes = new Probes(seed);
    this.basis = new DoubleBasis(operator.dimension());
  }

  /** The trace of the whole matrix. */
  public static TraceEstimate estimate(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    return new XTrace(operator, options, seed, progress).run();
  }

  private TraceEstimate run() {
    progress.update(TraceEstimate.PHASE, 0, options.maxProducts);
    for (int more = next(); more > 0 && !isSpent(); more = next()) {
      if (operator.dimension() - basis.size() <= 2 * more) {
        return result(new Mean(complete(), 0), Status.CONVERGED);
      }
      int tested = r.size();
      sketch(more);
      applyToBasis(tested);
      if (r.size() < tested + more || h.size() < basis.size()) {
        break;
      }
      trace = estimate();
      samples = r.size();
      update();
      if (isExhausted() || trace.standardError() <= options.tolerance * Math.abs(trace.value())) {
        return result(trace, Status.CONVERGED);
      }
    }
    return result(trace, isSpent() ? Status.BUDGET_SPENT : Status.MAX_PRODUCTS);
  }

  /** Whether the budget is, and there is an estimate to return. */
  private boolean isSpent() {
    return samples > 0 && progress.isEnough();
  }

  /** How many probes to add: as many as there are, or what the products left allow. */
  private int next() {
    double left = Math.min(options.maxProducts - products.count(), progress.productsLeft());
    int most = (int) Math.max(samples == 0 ? Options.LEAST_PRODUCTS : 0, left);
    return Math.min(Math.max(FIRST_TEST, r.size()), most / 2);
  }

  /** Whether probes are more than the rank, as dependent products of a continuous Ω mean. */
  private boolean isExhausted() {
    return options.normalizes() && basis.size() < r.size();
  }

  private Mean estimate() {
    int m = basis.size();
    Mean mean =
        new LeaveOneOut(
                operator.dimension(),
                options.normalizes(),
                r.stream().map(column -> Arrays.copyOf(column, m)).toArray(double[][]::new),
                w.toArray(double[][]::new),
                h.toArray(double[][]::new),
                squaredNorms.stream().mapToDouble(x -> x).toArray(),
                pivots.stream().mapToInt(x -> x).toArray())
            .estimate();
    return new Mean(mean.value(), Student.factor(r.size() - 1) * mean.standardError());
  }

  private double[][] draw(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> options.distribution().draw(probes, FIRST_PROBE + i, operator.dimension()))
        .toArray(double[][]::new);
  }

  /** Makes Y of further probes, and appends it to QR. */
  private void sketch(int more) {
    int end = r.size() + more;
    while (r.size() < end && !isSpent()) {
      double[][] omega = draw(r.size(), Math.min(end, r.size() + operator.preferredBlock()));
      double[][] y = products.apply(omega);
      boolean[] independent = basis.append(y);
      double[][] columns = basis.coefficients(y, 0);
      for (int i = 0; i < y.length; i++) {
        if (independent[i]) {
          pivots.add(r.size());
        }
        r.add(columns[i]);
        w.add(new double[0]);
        squaredNorms.add(Vectors.dot(omega[i], omega[i]));
      }
      update();
    }
  }

  /** Brings H and W up to the basis; probes from {@code oldProbes} on are not in W yet. */
  private void applyToBasis(int oldProbes) {
    int known = h.size();
    int block = operator.preferredBlock();
    while (h.size() < basis.size() && !isSpent()) {
      double[][] q = basis.vectors(h.size(), Math.min(basis.size(), h.size() + block));
      h.addAll(Arrays.asList(basis.coefficients(products.apply(q), 0)));
      update();
    }
    extendW(0, oldProbes, known);
    extendW(oldProbes, r.size(), 0);
  }

  /** Appends to columns from ≤ i &lt; to of W what the basis has from vector {@code known} on. */
  private void extendW(int from, int to, int known) {
    for (int first = from; first < to; first += operator.preferredBlock()) {
      int end = Math.min(to, first + operator.preferredBlock());
      double[][] more = basis.coefficients(draw(first, end), known);
      for (int i = 0; i < more.length; i++) {
        double[] column = Arrays.copyOf(w.get(first + i), basis.size());
        System.arraycopy(more[i], 0, column, known, more[i].length);
        w.set(first + i, column);
      }
    }
  }

  /** The trace over a basis of all of ℝⁿ. */
  private double complete() {
    for (int i = 0; basis.size() < operator.dimension(); i++) {
      basis.append(new double[][] {probes.gaussian(i, operator.dimension())});
      if (h.size() < basis.size()) {
        double[][] q = basis.vectors(h.size(), basis.size());
        h.add(basis.coefficients(products.apply(q), 0)[0]);
        update();
      }
    }
    return IntStream.range(0, h.size()).mapToDouble(j -> h.get(j)[j]).sum();
  }

  private void update() {
    progress.update(
        TraceEstimate.PHASE,
        products.count(),
        options.maxProducts,
        trace.value(),
        trace.standardError());
  }

  private TraceEstimate result(Mean found, Status status) {
    double error = found.standardError();
    String message =
        String.format(
            Locale.ROOT,
            "relative standard error %.1e after %d products",
            error == 0 ? 0 : error / Math.abs(found.value()),
            products.count());
    if (!status.converged()) {
      message +=
          status == Status.BUDGET_SPENT ? ", when the budget was spent" : ", the most allowed";
      if (options.tolerance > 0) {
        message +=
            "; the tolerance is %s: allow more or a larger tolerance".formatted(options.tolerance);
      }
    }
    return new TraceEstimate(
        METHOD,
        found,
        List.of(found),
        Optional.empty(),
        samples,
        products.count(),
        h.size(),
        status,
        message);
  }
}
