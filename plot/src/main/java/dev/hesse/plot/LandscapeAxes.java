package dev.hesse.plot;

import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Axis;
import java.util.List;

/** The coordinate axes of a landscape. */
final class LandscapeAxes {
  private static final int DIGITS = 4;

  private LandscapeAxes() {}

  /** From the first coordinate to the last. */
  static LinearAxis of(Landscape landscape, int axis, int ticks) {
    List<Double> coordinates = landscape.axes().get(axis).coordinates();
    double last = coordinates.get(coordinates.size() - 1);
    return LinearAxis.of(coordinates.get(0), last, Math.max(2, ticks));
  }

  /** What the axis is along. */
  static String name(Landscape landscape, int axis) {
    Axis along = landscape.axes().get(axis);
    Double eigenvalue = along.eigenvalue();
    return eigenvalue == null
        ? "Along " + along.description()
        : "Along %s, λ = %s".formatted(along.description(), Numerals.rounded(eigenvalue, DIGITS));
  }

  /** What both axes of a plane are along, and between which losses it lies. */
  static String describePlane(Landscape landscape, LossScale scale) {
    return "%s; %s; loss from %s to %s"
        .formatted(
            name(landscape, 0),
            name(landscape, 1),
            Numerals.rounded(scale.min(), DIGITS),
            Numerals.rounded(scale.max(), DIGITS));
  }
}
