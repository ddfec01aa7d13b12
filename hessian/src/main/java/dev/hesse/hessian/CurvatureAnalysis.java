package dev.hesse.hessian;

import dev.hesse.hessian.linalg.BasisStorage;
import dev.hesse.hessian.linalg.BlockLanczos;
import dev.hesse.hessian.linalg.ChebyshevDensity;
import dev.hesse.hessian.linalg.Criterion;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.HutchPlusPlus;
import dev.hesse.hessian.linalg.HutchinsonTrace;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.hessian.linalg.PowerIteration;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import dev.hesse.hessian.linalg.Status;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.hessian.linalg.TraceEstimate;
import dev.hesse.hessian.linalg.Wanted;
import dev.hesse.hessian.linalg.XTrace;
import dev.hesse.io.report.HessianReport.Density;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Eigenvalues, density and trace of one operator, sharing products where they can: the space that
 * the eigenvalues grow is the first run of the density, and where the density goes on further, the
 * eigenvalues are read from the larger space at no cost. The trace is exact on that space, and
 * estimated on what it leaves; where there is none yet, half of the trace's products grow one.
 *
 * @param eigenvalues if they were asked for
 * @param density if it was asked for; its products do not count those of the eigenvalues
 * @param trace if it was asked for, with one block per parameter
 */
public record CurvatureAnalysis(
    Optional<Eigenpairs> eigenvalues,
    Optional<SpectralDensity> density,
    Optional<TraceEstimate> trace) {
  /** Vectors of a space that restarts, if some are on disk: more save few products. */
  private static final int MOST_RESTARTED = 100;

  /** Of which nothing was asked. */
  public static final CurvatureAnalysis NOTHING =
      new CurvatureAnalysis(Optional.empty(), Optional.empty(), Optional.empty());

  /** How the eigenvalues are found. */
  public enum Method {
    LANCZOS("lanczos"),
    /** PyHessian's procedure and stopping rule: {@link PowerIteration}. */
    POWER("power");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    /** The name in options and reports. */
    public String label() {
      return label;
    }
  }

  /** How the trace is estimated. */
  public enum TraceMethod {
    /** {@link HutchinsonTrace} on what the Krylov space leaves, over the terms of the matrix. */
    KRYLOV(HutchinsonTrace.METHOD_BESIDE_SPACE, HutchinsonTrace.Options.LEAST_PRODUCTS),
    /** The same without a space: Hutchinson's plain estimate. */
    HUTCHINSON(HutchinsonTrace.METHOD, HutchinsonTrace.Options.LEAST_PRODUCTS),
    HUTCH_PLUS_PLUS(HutchPlusPlus.METHOD, HutchPlusPlus.Options.LEAST_PRODUCTS),
    XTRACE(XTrace.METHOD, XTrace.Options.LEAST_PRODUCTS);

    private final String label;
    private final int leastProducts;

    TraceMethod(String label, int leastProducts) {
      this.label = label;
      this.leastProducts = leastProducts;
    }

    /** The fewest products that give an estimate with its error. */
    public int leastProducts() {
      return leastProducts;
    }

    /** The name in options and reports. */
    public String label() {
      return label;
    }
  }

  /** How the density is estimated. */
  public enum DensityMethod {
    LANCZOS(Density.LANCZOS),
    /** {@link ChebyshevDensity}: two moments for each step that Lanczos would take. */
    KERNEL_POLYNOMIAL("kpm");

    private final String label;

    DensityMethod(String label) {
      this.label = label;
    }

    /** The name in options and reports. */
    public String label() {
      return label;
    }
  }

  /**
   * What to estimate.
   *
   * @param eigenvalues which, if any
   * @param density how many steps and runs, if any
   * @param trace how many samples, if any
   * @param densityMethod how
   * @param traceMethod how
   * @param toAccuracy whether tolerances alone say how many products are made: the density takes
   *     all steps that there are, if more than it asks for, and the trace's space grows as far as
   *     pays
   * @param seed of all random vectors
   * @param basis where a Lanczos basis is kept
   */
  public record Options(
      Optional<EigenvalueOptions> eigenvalues,
      Optional<SpectralDensity.Options> density,
      Optional<HutchinsonTrace.Options> trace,
      DensityMethod densityMethod,
      TraceMethod traceMethod,
      boolean toAccuracy,
      long seed,
      BasisStorage basis) {
    /** By Lanczos, all of them, with bases in Java's heap. */
    public Options(
        Optional<EigenvalueOptions> eigenvalues,
        Optional<SpectralDensity.Options> density,
        Optional<HutchinsonTrace.Options> trace,
        long seed,
        long basisBytes) {
      this(
          eigenvalues,
          density,
          trace,
          DensityMethod.LANCZOS,
          TraceMethod.KRYLOV,
          false,
          seed,
          BasisStorage.inHeap(basisBytes));
    }

    boolean sharesDensity() {
      return density.isPresent() && densityMethod == DensityMethod.LANCZOS;
    }
  }

  /**
   * Which eigenvalues, how accurate.
   *
   * @param maxIterations products allowed for each eigenvalue, as in PyHessian; Lanczos spends
   *     those of all eigenvalues together
   * @param tolerance of the criterion for Lanczos; relative change between iterations for power
   *     iteration
   * @param criterion what Lanczos compares with the tolerance
   * @param block vectors that a Lanczos space starts from: as many copies of a repeated eigenvalue
   *     are found; more than one gives the eigenvalues a space of their own
   * @param byMagnitude whether the top ones are those of either sign that are largest in magnitude
   */
  public record EigenvalueOptions(
      Method method,
      int top,
      int bottom,
      int maxIterations,
      double tolerance,
      Criterion criterion,
      int block,
      boolean byMagnitude) {
    public static final int TOP_DEFAULT = 1;
    public static final int BOTTOM_DEFAULT = 0;
    public static final int MAX_ITERATIONS_DEFAULT = 100;
    public static final double TOLERANCE_DEFAULT = 1e-3;
    public static final int BLOCK_DEFAULT = 1;

    /** Of residuals, from one vector. */
    public EigenvalueOptions(
        Method method, int top, int bottom, int maxIterations, double tolerance) {
      this(method, top, bottom, maxIterations, tolerance, Criterion.RESIDUAL, BLOCK_DEFAULT, false);
    }

    /** Which pairs Lanczos is asked for. */
    Wanted wanted() {
      return byMagnitude ? new Wanted.Magnitude(top) : new Wanted.Ends(top, bottom);
    }

    /** Whether they come from the space that the density's first run is. */
    boolean sharesSpace() {
      return method == Method.LANCZOS && block == 1;
    }
  }

  /**
   * Runs what the options ask for.
   *
   * @param offsets where each parameter begins in a vector, and last n: the trace's blocks
   * @param noise estimate of a product's rounding error relative to the matrix's norm
   */
  public static CurvatureAnalysis run(
      SymmetricOperator operator, int[] offsets, double noise, Options options, Progress progress) {
    return run(operator, offsets, noise, options, progress, known -> {});
  }

  /**
   * The same, and tells after each product what is known so far: any thread may compute it while
   * this goes on. It has neither vectors of eigenpairs nor a trace that is not done.
   */
  public static CurvatureAnalysis run(
      SymmetricOperator operator,
      int[] offsets,
      double noise,
      Options options,
      Progress shown,
      Consumer<Supplier<CurvatureAnalysis>> soFar) {
    // A density needs signs; for eigenvalues alone a Gaussian start is the safer one.
    Lanczos space =
        options.sharesDensity()
            ? Lanczos.fromRademacher(operator, options.seed(), 0, options.basis())
            : Lanczos.fromGaussian(operator, options.seed(), options.basis());
    AnalysisSoFar progress = new AnalysisSoFar(space, options, noise, shown, soFar);
    Optional<Eigenpairs> eigenvalues =
        options
            .eigenvalues()
            .map(wanted -> solve(operator, space, wanted, noise, options, progress));
    progress.done(eigenvalues, Optional.empty());
    int shared = space.steps();
    Optional<SpectralDensity> density =
        options
            .density()
            .map(
                wanted ->
                    options.sharesDensity()
                        ? SpectralDensity.estimate(
                            space, options.toAccuracy() ? wanted.atLeast(shared) : wanted, progress)
                        : ChebyshevDensity.estimate(
                            operator,
                            new ChebyshevDensity.Options(2 * wanted.steps(), wanted.runs()),
                            options.seed(),
                            progress));
    if (space.steps() > shared) {
      eigenvalues = refined(eigenvalues, space, options, noise);
    }
    progress.done(eigenvalues, density);
    Optional<TraceEstimate> trace =
        options.trace().map(wanted -> trace(operator, space, offsets, wanted, options, progress));
    if (eigenvalues.isPresent()
        && eigenvalues.get().status() == Status.OUT_OF_MEMORY
        && !progress.isEnough()) {
      eigenvalues = Optional.of(restarted(space, eigenvalues.get(), options, noise, progress));
    }
    return new CurvatureAnalysis(eigenvalues, density, trace);
  }

  private static TraceEstimate trace(
      SymmetricOperator operator,
      Lanczos space,
      int[] offsets,
      HutchinsonTrace.Options wanted,
      Options options,
      Progress progress) {
    long seed = options.seed();
    return switch (options.traceMethod()) {
      case KRYLOV ->
          options.toAccuracy()
              ? HutchinsonTrace.estimateGrowing(operator, space, offsets, wanted, seed, progress)
              : besideSpace(operator, space, offsets, wanted, seed, progress);
      case HUTCHINSON -> HutchinsonTrace.estimate(operator, offsets, wanted, seed, progress);
      case HUTCH_PLUS_PLUS ->
          HutchPlusPlus.estimate(
              operator,
              offsets,
              new HutchPlusPlus.Options(
                  inMemory(wanted, 3, operator.dimension(), options),
                  wanted.tolerance(),
                  wanted.distribution()),
              seed,
              progress);
      case XTRACE ->
          XTrace.estimate(
              operator,
              new XTrace.Options(
                  inMemory(wanted, 2, operator.dimension(), options),
                  wanted.tolerance(),
                  wanted.distribution()),
              seed,
              progress);
    };
  }

  /** The products that are made with a basis of doubles in the memory of the Lanczos basis. */
  private static int inMemory(
      HutchinsonTrace.Options wanted, int productsPerVector, int n, Options options) {
    long vectors = options.basis().heapBytes() / ((long) Double.BYTES * n);
    long least = options.traceMethod().leastProducts();
    return (int)
        Math.min(wanted.maxProducts(), Math.max(least, productsPerVector * Math.min(vectors, n)));
  }

  private static TraceEstimate besideSpace(
      SymmetricOperator operator,
      Lanczos space,
      int[] offsets,
      HutchinsonTrace.Options wanted,
      long seed,
      Progress progress) {
    int grown = 0;
    if (space.steps() == 0) {
      int most = wanted.maxProducts() - HutchinsonTrace.Options.LEAST_PRODUCTS;
      space.growTo(Math.min(wanted.maxProducts() / 2, most), progress);
      grown = space.steps();
    }
    int left = Math.max(HutchinsonTrace.Options.LEAST_PRODUCTS, wanted.maxProducts() - grown);
    TraceEstimate estimate =
        HutchinsonTrace.estimate(operator, space, offsets, wanted.withAtMost(left), seed, progress);
    return estimate.after(grown);
  }

  private static Eigenpairs solve(
      SymmetricOperator operator,
      Lanczos space,
      EigenvalueOptions wanted,
      double noise,
      Options options,
      Progress progress) {
    return switch (wanted.method()) {
      case LANCZOS ->
          wanted.block() == 1
              ? LanczosEigensolver.solve(space, lanczosOptions(wanted, noise), progress)
              : BlockLanczos.solve(
                  operator,
                  List.of(),
                  blockOptions(wanted, products(wanted), options, operator.dimension(), noise),
                  options.seed(),
                  options.basis(),
                  progress);
      case POWER ->
          PowerIteration.solve(
              operator,
              new PowerIteration.Options(wanted.top(), wanted.maxIterations(), wanted.tolerance()),
              options.seed(),
              progress);
    };
  }

  /** Of all eigenvalues together. */
  private static int products(EigenvalueOptions wanted) {
    long products = (long) wanted.maxIterations() * (wanted.top() + wanted.bottom());
    return (int) Math.min(products, Integer.MAX_VALUE);
  }

  static LanczosEigensolver.Options lanczosOptions(EigenvalueOptions wanted, double noise) {
    return lanczosOptions(wanted, noise, products(wanted));
  }

  private static BlockLanczos.Options blockOptions(
      EigenvalueOptions wanted, int products, Options options, int dimension, double noise) {
    long inHeap = options.basis().heapBytes() / ((long) Float.BYTES * dimension);
    long onDisk = options.basis().folder().isPresent() ? MOST_RESTARTED : 0;
    long vectors = Math.min(dimension, Math.max(inHeap, onDisk));
    return new BlockLanczos.Options(
        wanted.wanted(),
        wanted.block(),
        Math.max(1, products),
        (int) Math.max(vectors, wanted.wanted().count() + 2L * wanted.block() + 1),
        wanted.tolerance(),
        wanted.criterion(),
        noise);
  }

  /** Where the basis had filled its memory, it is restarted for what is left of the products. */
  private static Eigenpairs restarted(
      Lanczos space, Eigenpairs before, Options options, double noise, Progress progress) {
    EigenvalueOptions wanted = options.eigenvalues().orElseThrow();
    int left = products(wanted) - space.steps();
    if (left < 1 || space.steps() < wanted.top() + wanted.bottom() + 3) {
      return before;
    }
    Eigenpairs found =
        BlockLanczos.goOn(
            space, blockOptions(wanted, left, options, space.dimension(), noise), progress);
    return found.charged(
        before.products() + found.products(),
        "the basis had filled its memory after %d products and was restarted: %s"
            .formatted(before.products(), found.message()));
  }

  private static LanczosEigensolver.Options lanczosOptions(
      EigenvalueOptions wanted, double noise, int maxProducts) {
    return new LanczosEigensolver.Options(
        wanted.wanted(), maxProducts, wanted.tolerance(), wanted.criterion(), noise);
  }

  /** The same pairs from the space as it is now, charged with the products they took before. */
  private static Optional<Eigenpairs> refined(
      Optional<Eigenpairs> before, Lanczos space, Options options, double noise) {
    return options
        .eigenvalues()
        .filter(EigenvalueOptions::sharesSpace)
        .map(wanted -> lanczosOptions(wanted, noise, space.steps()))
        .map(wanted -> LanczosEigensolver.solve(space, wanted, Progress.NONE))
        .map(now -> now.charged(before.orElseThrow().products(), now.message()))
        .or(() -> before);
  }
}
