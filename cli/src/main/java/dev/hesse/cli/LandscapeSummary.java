package dev.hesse.cli;

import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A landscape for people: a line or more for each part, with its name in the first column. */
final class LandscapeSummary {
  private static final String ROW = "%-13s %s%n";

  private final StringBuilder text = new StringBuilder();

  LandscapeSummary(Landscape landscape, List<Path> files) {
    row(
        "model",
        "%s: %s, %,d parameters",
        landscape.model().source(),
        landscape.model().architecture(),
        landscape.model().parameters());
    row(
        "data",
        "%s: %,d examples, %s",
        landscape.data().source(),
        landscape.data().examples(),
        landscape.data().order());
    row(
        "loss",
        "%.6g%s",
        landscape.loss(),
        landscape.accuracy() == null
            ? ""
            : format(", accuracy %.2f %%", 100 * landscape.accuracy()));
    for (int i = 0; i < landscape.axes().size(); i++) {
      axis(landscape, i);
    }
    losses(landscape);
    cost(landscape.cost(), landscape.losses().size());
    row("written", "%s", files.stream().map(Path::toString).collect(Collectors.joining(", ")));
  }

  String text() {
    return text.toString();
  }

  private void axis(Landscape landscape, int number) {
    Axis axis = landscape.axes().get(number);
    List<Double> coordinates = axis.coordinates();
    Double eigenvalue = axis.eigenvalue();
    Double residual = axis.residual();
    row(
        number == 0 ? "along" : "",
        "%s%s, norm %.4g, from %.4g to %.4g in %d points",
        axis.description(),
        eigenvalue == null || residual == null
            ? ""
            : format(", λ = %.7g, residual %.1e", eigenvalue, residual),
        axis.norm(),
        coordinates.get(0),
        coordinates.get(coordinates.size() - 1),
        coordinates.size());
  }

  private void losses(Landscape landscape) {
    List<Double> finite = landscape.losses().stream().filter(Double::isFinite).sorted().toList();
    int lost = landscape.losses().size() - finite.size();
    row(
        "landscape",
        "losses from %.5g to %.5g%s",
        finite.get(0),
        finite.get(finite.size() - 1),
        lost == 0 ? "" : format(", not finite at %,d points", lost));
    Quadratic quadratic = landscape.quadratic();
    if (quadratic != null) {
      row(
          "",
          "at the first point %.5g, by the quadratic model %.5g",
          landscape.losses().get(0),
          quadratic.losses().get(0));
    }
  }

  private void cost(Cost cost, int points) {
    row(
        "cost",
        "%,d points of %.3g s, %.3g forward passes each; %s%.1f s in all",
        points,
        cost.pointSeconds(),
        cost.pointSeconds() / cost.forwardSeconds(),
        cost.hvps() == 0 ? "" : format("%d products; ", cost.hvps()),
        cost.seconds());
  }

  private void row(String name, String format, Object... arguments) {
    text.append(format(ROW, name, format(format, arguments)));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
