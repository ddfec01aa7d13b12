package dev.hesse.cli;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.FilterNormalization;
import dev.hesse.hessian.LossLandscape;
import dev.hesse.hessian.ModelException;
import dev.hesse.hessian.QuadraticModel;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A landscape that was computed.
 *
 * @param directions one for each axis
 * @param coordinates along each of them
 * @param quadratic the loss by its derivatives; empty for random directions
 * @param products with the Hessian
 * @param shortfall of eigenvectors that have not converged, what was reached
 */
record LandscapeRun(
    List<Direction> directions,
    List<List<Double>> coordinates,
    LossLandscape values,
    Optional<QuadraticModel> quadratic,
    long products,
    Optional<String> shortfall) {

  /** Directions with what was found out about the loss along them. */
  private record Prepared(
      List<Direction> directions,
      Optional<QuadraticModel> quadratic,
      long products,
      Optional<String> shortfall) {}

  /**
   * Finds or reads the directions and evaluates the grid.
   *
   * @throws dev.hesse.io.BadInputException if a file of directions is bad
   */
  static LandscapeRun of(
      LandscapeOptions options,
      LossModel model,
      BatchSource data,
      Device device,
      ProgressLine progress)
      throws IOException {
    int miniBatch = options.subject().data().size().miniBatch(data.examples());
    Precision precision = options.computation().precision(model.precision());
    Prepared prepared =
        options.directions() instanceof Directions.Random
            ? random(options, model)
            : prepare(options, model, data, miniBatch, precision, device, progress);
    List<List<Double>> coordinates =
        IntStream.range(0, options.dimensions())
            .mapToObj(axis -> coordinates(options, axis, prepared.quadratic()))
            .toList();
    progress.phase("landscape");
    LossLandscape values =
        LossLandscape.of(
            model,
            data,
            IntStream.range(0, options.dimensions())
                .mapToObj(
                    axis ->
                        new LossLandscape.Axis(
                            prepared.directions().get(axis).vector(), coordinates.get(axis)))
                .toList(),
            new LossLandscape.Options(miniBatch, precision, device, options.l2()),
            progress);
    return new LandscapeRun(
        prepared.directions(),
        coordinates,
        values,
        prepared.quadratic(),
        prepared.products(),
        prepared.shortfall());
  }

  private static Prepared random(LandscapeOptions options, LossModel model) {
    String description =
        options.biases() ? "random direction %d, with biases" : "random direction %d";
    List<Direction> directions =
        IntStream.range(0, options.dimensions())
            .mapToObj(
                i ->
                    new Direction(
                        "random",
                        description.formatted(i + 1),
                        FilterNormalization.direction(model, options.seed(), i, options.biases())))
            .toList();
    return new Prepared(directions, Optional.empty(), 0, Optional.empty());
  }

  private static Prepared prepare(
      LandscapeOptions options,
      LossModel model,
      BatchSource data,
      int miniBatch,
      Precision precision,
      Device device,
      ProgressLine progress)
      throws IOException {
    int count = options.dimensions();
    List<Direction> directions = new ArrayList<>();
    if (options.directions() instanceof Directions.File file) {
      directions.addAll(DirectionFile.read(file.path(), model.parameters(), count));
    }
    int products = options.maxIterations() * count;
    Memory memory =
        Memory.share(
            options.computation().memoryBytes().orElseGet(Memory::halfOfAvailable),
            directions.isEmpty() ? products : count,
            1,
            model.parameters().dimension());
    progress.phase("preparing: gradient and checks");
    try (CurvatureOperator operator =
        new CurvatureOperator(
            model,
            data,
            new CurvatureOperator.Options(
                Curvature.HESSIAN,
                miniBatch,
                precision,
                device,
                memory.valuesBytes(),
                options.l2(),
                options.seed(),
                1))) {
      Optional<String> shortfall = Optional.empty();
      if (directions.isEmpty()) {
        Eigenpairs found =
            LanczosEigensolver.solve(
                Lanczos.fromGaussian(operator, options.seed(), memory.basisBytes()),
                new LanczosEigensolver.Options(
                    count, 0, products, options.tolerance(), operator.noise()),
                progress);
        directions.addAll(eigenvectors(found, count));
        shortfall = Optional.of(found.message()).filter(m -> !found.status().converged());
      }
      QuadraticModel quadratic =
          QuadraticModel.of(operator, directions.stream().map(Direction::vector).toList());
      return new Prepared(
          directions, Optional.of(quadratic), (long) Math.ceil(operator.products()), shortfall);
    }
  }

  private static List<Direction> eigenvectors(Eigenpairs found, int count) {
    if (found.top().size() < count) {
      throw new ModelException(
          "the Hessian has %d eigenvectors".formatted(found.top().size()),
          "Ask for --dimensions 1");
    }
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              Eigenpair pair = found.top().get(i);
              return new Direction(
                  "eigenvector",
                  "eigenvector %d".formatted(i + 1),
                  pair.vector().get(),
                  Optional.of(pair.value()),
                  Optional.of(pair.residual()));
            })
        .toList();
  }

  private static List<Double> coordinates(
      LandscapeOptions options, int axis, Optional<QuadraticModel> quadratic) {
    double range =
        options
            .range()
            .or(() -> quadratic.map(model -> model.range(axis, Math.max(1, model.loss()))))
            .orElse(1.0);
    int half = options.points() / 2;
    return IntStream.rangeClosed(-half, half).mapToObj(i -> range * i / half).toList();
  }
}
