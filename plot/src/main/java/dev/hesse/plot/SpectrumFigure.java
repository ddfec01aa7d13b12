package dev.hesse.plot;

import static dev.hesse.plot.TextPainter.Anchor.END;
import static dev.hesse.plot.TextPainter.Anchor.MIDDLE;

import dev.hesse.io.report.DensityCurve;
import dev.hesse.io.report.HessianReport;
import dev.hesse.plot.Spectrum.Curve;
import dev.hesse.plot.Spectrum.Extreme;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The figure: spectral density on a logarithmic scale over a linear eigenvalue axis, marks at the
 * outermost eigenvalues, and a legend with λ_max, λ_min and the trace.
 */
final class SpectrumFigure {
  private static final double LEFT = 58;
  private static final double RIGHT = 16;
  private static final double TOP = 44;
  private static final double BOTTOM = 46;

  private static final float TITLE_SIZE = 12.5f;
  private static final float LABEL_SIZE = 11;
  private static final float SMALL_SIZE = 9;

  private static final float AXIS_WIDTH = 0.8f;
  private static final double TICK = 4;
  private static final double POINTS_PER_TICK = 62;
  private static final double POINTS_PER_DECADE_LABEL = 20;

  /** Without a density, eigenvalues are stems of this part of the height. */
  private static final double STEM = 0.6;

  private final HessianReport report;
  private final FigureOptions options;
  private final Typeface typeface;
  private final Spectrum spectrum;
  private final Legend legend;
  private final Point2D legendCorner;
  private final Plane plane;

  /**
   * Lays the figure out.
   *
   * @throws dev.hesse.io.BadInputException if the report has nothing to draw
   */
  SpectrumFigure(HessianReport report, FigureOptions options, Typeface typeface) {
    this.report = report;
    this.options = options;
    this.typeface = typeface;
    this.spectrum = Spectrum.of(report, options);
    this.legend = SpectrumLegend.of(spectrum, report.trace());
    Curve density = spectrum.density();
    double left = density == null ? RIGHT : LEFT;
    Rectangle2D area =
        new Rectangle2D.Double(
            left, TOP, options.width() - left - RIGHT, options.height() - TOP - BOTTOM);
    int ticks = (int) Math.round(area.getWidth() / POINTS_PER_TICK);
    LinearAxis axis = LinearAxis.of(spectrum.min(), spectrum.max(), ticks);
    LegendPlace place = LegendPlace.choose(legend, area, axis, density, typeface);
    this.legendCorner = place.corner();
    this.plane = new Plane(area, axis, density == null ? 0 : density.floor(), place.ceiling());
  }

  String title() {
    return typeface.printable(Descriptions.title(report, options));
  }

  /** The numbers of the legend, for readers that see no picture. */
  String description() {
    return String.join("; ", legend.texts());
  }

  void draw(Canvas canvas) {
    Rectangle2D area = plane.area();
    canvas.fill(new Rectangle2D.Double(0, 0, options.width(), options.height()), Palette.PAPER);
    drawTitle(canvas);
    Curve density = spectrum.density();
    if (density != null) {
      drawDensityAxis(canvas);
      canvas.clipped(area, () -> drawDensity(canvas, density.curve(), density.runs()));
    }
    drawEigenvalueAxis(canvas);
    canvas.stroke(area, Palette.INK, AXIS_WIDTH);
    drawMarks(canvas, spectrum.bottom(), spectrum.smallest(), Palette.BOTTOM);
    drawMarks(canvas, spectrum.top(), spectrum.largest(), Palette.TOP);
    legend.draw(canvas, typeface, legendCorner);
  }

  private void drawTitle(Canvas canvas) {
    double center = plane.area().getCenterX();
    double width = plane.area().getWidth();
    String title = typeface.fitted(title(), TITLE_SIZE, width);
    canvas.text(Label.of(title), center, 19, TITLE_SIZE, Palette.INK, MIDDLE);
    String subtitle = typeface.fitted(Descriptions.subtitle(report), SMALL_SIZE, width);
    canvas.text(Label.of(subtitle), center, 34, SMALL_SIZE, Palette.SUBTITLE, MIDDLE);
  }

  private void drawDensityAxis(Canvas canvas) {
    Rectangle2D area = plane.area();
    int decades = plane.ceiling() - plane.floor();
    int stride = (int) Math.ceil(decades * POINTS_PER_DECADE_LABEL / area.getHeight());
    for (int i = 0; i <= decades; i++) {
      double y = area.getMaxY() - i * area.getHeight() / decades;
      if (i > 0 && i < decades) {
        canvas.stroke(new Line2D.Double(area.getX(), y, area.getMaxX(), y), Palette.GRID, 0.6f);
      }
      boolean labelled = i % stride == 0;
      double length = labelled ? TICK : TICK / 2;
      canvas.stroke(
          new Line2D.Double(area.getX() - length, y, area.getX(), y), Palette.INK, AXIS_WIDTH);
      if (labelled) {
        Label label = Label.of("10").sup(Numerals.whole(plane.floor() + i));
        canvas.text(label, area.getX() - TICK - 3, y + 3.2, SMALL_SIZE, Palette.INK, END);
      }
    }
    canvas.upwardText(
        Label.of("Density (log scale)"), 16, area.getCenterY(), LABEL_SIZE, Palette.INK);
  }

  private void drawDensity(Canvas canvas, DensityCurve curve, int runs) {
    List<Point2D> mean = plane.points(curve.grid(), curve.values());
    double base = plane.area().getMaxY();
    canvas.fill(
        Polyline.area(
            mean,
            List.of(
                new Point2D.Double(mean.get(0).getX(), base),
                new Point2D.Double(mean.get(mean.size() - 1).getX(), base))),
        Palette.UNDER_DENSITY);
    if (runs > 1) {
      List<Point2D> upper = plane.points(curve.grid(), curve.upper());
      List<Point2D> lower = plane.points(curve.grid(), curve.lower());
      canvas.fill(Polyline.area(upper, lower), Palette.BAND);
    }
    canvas.stroke(Polyline.path(mean), Palette.DENSITY, 1.2f);
  }

  private void drawEigenvalueAxis(Canvas canvas) {
    double bottom = plane.area().getMaxY();
    LinearAxis axis = plane.axis();
    for (double tick : axis.ticks()) {
      double x = plane.x(tick);
      canvas.stroke(new Line2D.Double(x, bottom, x, bottom + TICK), Palette.INK, AXIS_WIDTH);
      Label label = Label.of(axis.label(tick));
      canvas.text(label, x, bottom + TICK + 10, SMALL_SIZE, Palette.INK, MIDDLE);
    }
    Label label = Label.of("Eigenvalue of the " + Descriptions.matrix(report));
    if (axis.exponent() != 0) {
      label = label.then(" (× 10").sup(Numerals.whole(axis.exponent())).then(")");
    }
    canvas.text(label, plane.area().getCenterX(), bottom + 34, LABEL_SIZE, Palette.INK, MIDDLE);
  }

  private void drawMarks(
      Canvas canvas, List<Double> eigenvalues, @Nullable Extreme extreme, Color color) {
    double bottom = plane.area().getMaxY();
    for (double eigenvalue : eigenvalues) {
      double x = plane.x(eigenvalue);
      if (spectrum.density() == null) {
        double top = bottom - STEM * plane.area().getHeight();
        canvas.stroke(new Line2D.Double(x, bottom, x, top), color, 1.2f);
      }
      Mark.draw(canvas, x, bottom, color, true);
    }
    if (extreme != null && extreme.estimated()) {
      Mark.draw(canvas, plane.x(extreme.value()), bottom, color, false);
    }
  }
}
