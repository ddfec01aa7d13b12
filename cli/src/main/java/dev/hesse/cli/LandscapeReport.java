package dev.hesse.cli;

import dev.hesse.hessian.Device;
import dev.hesse.hessian.LossLandscape;
import dev.hesse.hessian.QuadraticModel;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Puts a landscape, and what it is of, into its document. */
record LandscapeReport(LandscapeOptions options, Subject.Loaded subject, Device device) {

  Landscape of(LandscapeRun run) {
    LossLandscape values = run.values();
    int middle = values.losses().size() / 2;
    return new Landscape(
        AnalyzeReport.tool(device),
        model(),
        data(),
        values.losses().get(middle),
        values.accuracies().isEmpty() ? null : values.accuracies().get(middle),
        options.seed(),
        IntStream.range(0, run.directions().size()).mapToObj(i -> axis(run, i)).toList(),
        values.losses(),
        values.accuracies(),
        run.quadratic().map(model -> quadratic(model, run.coordinates())).orElse(null),
        new Cost(
            run.products(),
            (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime())
                * 1e-3,
            values.pointSeconds(),
            values.forwardSeconds()));
  }

  private Model model() {
    return new Model(
        subject.source(),
        subject.sha256(),
        subject.architecture(),
        subject.model().parameters().dimension(),
        loss().orElse(null),
        subject.parameterRule().orElse(null));
  }

  private Optional<String> loss() {
    return options.l2() == 0
        ? subject.loss()
        : Optional.of(
            "%s + %s·‖w‖²".formatted(subject.loss().orElse("softmax-cross-entropy"), options.l2()));
  }

  private Data data() {
    DataOptions data = options.subject().data();
    int examples = subject.data().examples();
    return new Data(
        subject.data().source(),
        data.split().orElse(null),
        data.order().label(),
        examples,
        data.size().miniBatch(examples));
  }

  private static Axis axis(LandscapeRun run, int number) {
    Direction direction = run.directions().get(number);
    return new Axis(
        direction.kind(),
        direction.description(),
        direction.norm(),
        direction.eigenvalue().orElse(null),
        direction.residual().orElse(null),
        run.coordinates().get(number));
  }

  private static Quadratic quadratic(QuadraticModel model, List<List<Double>> coordinates) {
    List<Double> losses = new ArrayList<>();
    for (double a : coordinates.get(0)) {
      if (coordinates.size() == 1) {
        losses.add(model.at(a));
      } else {
        coordinates.get(1).forEach(b -> losses.add(model.at(a, b)));
      }
    }
    return new Quadratic(
        model.slopes(), model.curvature().stream().flatMap(List::stream).toList(), losses);
  }
}
