package dev.hesse.plot;

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
final class SpectrumFigure implements Figure {
  private static final double LEFT = 58;
  private static final double RIGHT = 16;
  private static final double TOP = 44;
  private static final double BOTTOM = 46;

  private static final double POINTS_PER_TICK = 62;

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
        new Rectangle2D.Double(left, TOP, options.width() - left - RIGHT, height() - TOP - BOTTOM);
    int ticks = (int) Math.round(area.getWidth() / POINTS_PER_TICK);
    LinearAxis axis = LinearAxis.of(spectrum.min(), spectrum.max(), ticks);
    LegendPlace place = LegendPlace.choose(legend, area, axis, density, typeface);
    this.legendCorner = place.corner();
    double floor = density == null ? 0 : density.decades().floor();
    this.plane = new Plane(area, axis, LogAxis.of(floor, place.ceiling(), area.getHeight()));
  }

  @Override
  public int width() {
    return options.width();
  }

  @Override
  public int height() {
    return options.height() == null ? FigureOptions.SPECTRUM_HEIGHT_DEFAULT : options.height();
  }

  @Override
  public String title() {
    return typeface.printable(Descriptions.title(report, options));
  }

  @Override
  public String description() {
    return String.join("; ", legend.texts());
  }

  @Override
  public void draw(Canvas canvas) {
    Rectangle2D area = plane.area();
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    Heading.draw(canvas, typeface, title(), Descriptions.subtitle(report), area);
    Curve density = spectrum.density();
    if (density != null) {
      Frame.drawLeft(canvas, plane, Label.of("Density (log scale)"));
      canvas.clipped(area, () -> drawDensity(canvas, density.curve(), density.band().isPresent()));
    }
    String matrix = Descriptions.matrix(report);
    Frame.drawBottom(canvas, plane, Label.of("Eigenvalue of the " + matrix));
    Frame.drawOutline(canvas, plane);
    drawMarks(canvas, spectrum.bottom(), spectrum.smallest(), Palette.BOTTOM);
    drawMarks(canvas, spectrum.top(), spectrum.largest(), Palette.TOP);
    legend.draw(canvas, typeface, legendCorner);
  }

  private void drawDensity(Canvas canvas, DensityCurve curve, boolean hasBand) {
    List<Point2D> mean = plane.points(curve.grid(), curve.values());
    double base = plane.area().getMaxY();
    canvas.fill(
        Polyline.area(
            mean,
            List.of(
                new Point2D.Double(mean.get(0).getX(), base),
                new Point2D.Double(mean.get(mean.size() - 1).getX(), base))),
        Palette.UNDER_DENSITY);
    if (hasBand) {
      List<Point2D> upper = plane.points(curve.grid(), curve.upper());
      List<Point2D> lower = plane.points(curve.grid(), curve.lower());
      canvas.fill(Polyline.area(upper, lower), Palette.BAND);
    }
    canvas.stroke(Polyline.path(mean), Palette.DENSITY, 1.2f);
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
