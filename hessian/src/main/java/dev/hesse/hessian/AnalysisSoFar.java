package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SpectralDensity;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells after each product what an analysis knows: parts that are done, and what the Krylov space
 * says of the others. A trace that is not done is not part of it.
 */
final class AnalysisSoFar implements Progress {
  /** Ends estimators with what they have. */
  private static final Progress ENOUGH =
      new Progress() {
        @Override
        public void update(String phase, int done, int limit, double estimate, double error) {}

        @Override
        public boolean isEnough() {
          return true;
        }
      };

  private final Lanczos space;
  private final CurvatureAnalysis.Options options;
  private final double noise;
  private final Progress progress;
  private final Consumer<Supplier<CurvatureAnalysis>> told;
  private Optional<Eigenpairs> eigenvalues = Optional.empty();
  private Optional<SpectralDensity> density = Optional.empty();

  AnalysisSoFar(
      Lanczos space,
      CurvatureAnalysis.Options options,
      double noise,
      Progress progress,
      Consumer<Supplier<CurvatureAnalysis>> told) {
    this.space = space;
    this.options = options;
    this.noise = noise;
    this.progress = progress;
    this.told = told;
  }

  void done(Optional<Eigenpairs> eigenvalues, Optional<SpectralDensity> density) {
    this.eigenvalues = eigenvalues;
    this.density = density;
  }

  @Override
  public void update(String phase, int done, int limit, double estimate, double error) {
    Lanczos frozen = space.frozen();
    Optional<Eigenpairs> pairs = eigenvalues;
    Optional<SpectralDensity> curve = density;
    told.accept(
        () ->
            new CurvatureAnalysis(
                pairs.or(() -> eigenvalues(frozen)),
                curve.or(() -> density(frozen)),
                Optional.empty()));
    progress.update(phase, done, limit, estimate, error);
  }

  @Override
  public boolean isEnough() {
    return progress.isEnough();
  }

  @Override
  public double productsLeft() {
    return progress.productsLeft();
  }

  private Optional<Eigenpairs> eigenvalues(Lanczos frozen) {
    return options
        .eigenvalues()
        .filter(wanted -> wanted.sharesSpace() && frozen.steps() > 0)
        .map(wanted -> CurvatureAnalysis.lanczosOptions(wanted, noise))
        .map(wanted -> LanczosEigensolver.solve(frozen, wanted, ENOUGH))
        .map(found -> found.charged(frozen.steps(), found.message()));
  }

  private Optional<SpectralDensity> density(Lanczos frozen) {
    return options
        .density()
        .filter(wanted -> options.sharesDensity() && frozen.steps() > 0)
        .map(wanted -> SpectralDensity.estimate(frozen, wanted, ENOUGH));
  }
}
