package dev.hesse.plot;

import static dev.hesse.plot.TextPainter.Anchor.END;
import static dev.hesse.plot.TextPainter.Anchor.MIDDLE;

import dev.hesse.io.report.HessianReport;
import dev.hesse.plot.Spectrum.Curve;
import dev.hesse.plot.Spectrum.Extreme;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
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

  private static final Color INK = new Color(0x22, 0x22, 0x22);
  private static final Color SUBTITLE = new Color(0x5c, 0x5c, 0x5c);
  private static final Color GRID = new Color(0xe6, 0xe6, 0xe6);
  private static final Color DENSITY = new Color(0x00, 0x5a, 0x9c);
  private static final Color UNDER_DENSITY = new Color(0x00, 0x5a, 0x9c, 28);
  private static final Color BAND = new Color(0x00, 0x5a, 0x9c, 70);
  private static final Color TOP_MARK = new Color(0xc8, 0x4a, 0x00);
  private static final Color BOTTOM_MARK = new Color(0x00, 0x7d, 0x5c);

  private static final double TICK = 4;
  private static final double POINTS_PER_TICK = 62;
  private static final double POINTS_PER_DECADE_LABEL = 20;
  private static final double LEGEND_INSET = 8;

  private final HessianReport report;
  private final FigureOptions options;
  private final Spectrum spectrum;
  private final Rectangle2D area;
  private final LinearAxis axis;

  SpectrumFigure(HessianReport report, FigureOptions options) {
    this.report = report;
    this.options = options;
    this.spectrum = Spectrum.of(report, options);
    double left = spectrum.density() == null ? RIGHT : LEFT;
    this.area =
        new Rectangle2D.Double(
            left, TOP, options.width() - left - RIGHT, options.height() - TOP - BOTTOM);
    this.axis =
        LinearAxis.of(
            spectrum.min(), spectrum.max(), (int) Math.round(area.getWidth() / POINTS_PER_TICK));
  }

  String title() {
    return Descriptions.title(report, options);
  }

  /** The numbers of the legend as sentences, for readers that see no picture. */
  String description() {
    return String.join("; ", legend().texts());
  }

  void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, options.width(), options.height()), Color.WHITE);
    drawTitle(canvas);
    Curve density = spectrum.density();
    if (density != null) {
      drawDecades(canvas, density);
      canvas.clipped(area, () -> drawDensity(canvas, density));
    }
    drawEigenvalueAxis(canvas);
    canvas.stroke(area, INK, 0.8f);
    drawMarks(canvas, spectrum.bottom(), spectrum.smallest(), BOTTOM_MARK);
    drawMarks(canvas, spectrum.top(), spectrum.largest(), TOP_MARK);
    drawLegend(canvas, density);
  }

  private void drawTitle(Canvas canvas) {
    double center = area.getCenterX();
    double width = area.getWidth();
    String title = canvas.typeface().fitted(title(), TITLE_SIZE, width);
    canvas.text(Label.of(title), center, 19, TITLE_SIZE, INK, MIDDLE);
    String subtitle = canvas.typeface().fitted(Descriptions.subtitle(report), SMALL_SIZE, width);
    canvas.text(Label.of(subtitle), center, 34, SMALL_SIZE, SUBTITLE, MIDDLE);
  }

  private double x(double eigenvalue) {
    double fraction = (eigenvalue - axis.min()) / (axis.max() - axis.min());
    return area.getX() + fraction * area.getWidth();
  }

  /** Where a density is drawn; one below the axis just under it. */
  private double y(Curve curve, double density) {
    double fraction = (Math.log10(density) - curve.floor()) / (curve.ceiling() - curve.floor());
    return area.getMaxY() - Math.max(-0.05, fraction) * area.getHeight();
  }

  private void drawDecades(Canvas canvas, Curve curve) {
    int decades = curve.ceiling() - curve.floor();
    int stride = (int) Math.ceil(decades * POINTS_PER_DECADE_LABEL / area.getHeight());
    for (int exponent = curve.floor(); exponent <= curve.ceiling(); exponent++) {
      double y = y(curve, Math.pow(10, exponent));
      boolean labelled = (exponent - curve.floor()) % stride == 0;
      if (exponent > curve.floor() && exponent < curve.ceiling()) {
        canvas.stroke(new Line2D.Double(area.getX(), y, area.getMaxX(), y), GRID, 0.6f);
      }
      double length = labelled ? TICK : TICK / 2;
      canvas.stroke(new Line2D.Double(area.getX() - length, y, area.getX(), y), INK, 0.8f);
      if (labelled) {
        Label label = Label.of("10").sup(Numerals.whole(exponent));
        canvas.text(label, area.getX() - TICK - 3, y + 3.2, SMALL_SIZE, INK, END);
      }
    }
    canvas.upwardText(Label.of("Density (log scale)"), 16, area.getCenterY(), LABEL_SIZE, INK);
  }

  private void drawDensity(Canvas canvas, Curve curve) {
    List<Point2D> mean = points(curve, curve.curve().values());
    List<Point2D> base =
        List.of(
            new Point2D.Double(area.getX(), area.getMaxY()),
            new Point2D.Double(area.getMaxX(), area.getMaxY()));
    canvas.fill(Polyline.area(mean, base), UNDER_DENSITY);
    if (curve.runs() > 1) {
      List<Point2D> lower = points(curve, curve.curve().lower());
      List<Point2D> upper = points(curve, curve.curve().upper());
      canvas.fill(Polyline.area(upper, lower), BAND);
    }
    canvas.stroke(Polyline.path(mean), DENSITY, 1.2f);
  }

  private List<Point2D> points(Curve curve, double[] values) {
    double[] grid = curve.curve().grid();
    List<Point2D> points = new ArrayList<>();
    for (int i = 0; i < grid.length; i++) {
      points.add(new Point2D.Double(x(grid[i]), y(curve, values[i])));
    }
    return Polyline.thinned(points);
  }

  private void drawEigenvalueAxis(Canvas canvas) {
    double bottom = area.getMaxY();
    for (double tick : axis.ticks()) {
      double x = x(tick);
      canvas.stroke(new Line2D.Double(x, bottom, x, bottom + TICK), INK, 0.8f);
      Label label = Label.of(axis.label(tick));
      canvas.text(label, x, bottom + TICK + 10, SMALL_SIZE, INK, MIDDLE);
    }
    Label label = Label.of("Eigenvalue of the " + Descriptions.matrix(report) + " matrix");
    if (axis.exponent() != 0) {
      label = label.then(" (×\u200910").sup(Numerals.whole(axis.exponent())).then(")");
    }
    canvas.text(label, area.getCenterX(), bottom + 34, LABEL_SIZE, INK, MIDDLE);
  }

  private void drawMarks(
      Canvas canvas, List<Double> eigenvalues, @Nullable Extreme extreme, Color color) {
    for (double eigenvalue : eigenvalues) {
      Mark.draw(canvas, x(eigenvalue), area.getMaxY(), color, true);
    }
    if (extreme != null && extreme.estimated()) {
      Mark.draw(canvas, x(extreme.value()), area.getMaxY(), color, false);
    }
  }

  private Legend legend() {
    Legend legend = new Legend();
    Curve density = spectrum.density();
    if (density != null) {
      Label label = Label.of("density (σ = ").then(Numerals.rounded(density.sigma(), 3)).then(")");
      legend.add(Legend.Symbol.LINE, DENSITY, label);
      if (density.runs() > 1) {
        legend.add(
            Legend.Symbol.BAND, BAND, Label.of("range of %d runs".formatted(density.runs())));
      }
    }
    addExtreme(legend, "max", spectrum.largest(), TOP_MARK);
    addExtreme(legend, "min", spectrum.smallest(), BOTTOM_MARK);
    HessianReport.Trace trace = report.trace();
    if (trace != null) {
      Label label =
          Label.of("trace = ").then(Numerals.withError(trace.value(), trace.standardError()));
      legend.add(Legend.Symbol.NONE, INK, label);
    }
    return legend;
  }

  private static void addExtreme(
      Legend legend, String which, @Nullable Extreme extreme, Color color) {
    if (extreme != null) {
      Label name = Label.of("λ").sub(which).then(extreme.estimated() ? " ≈ " : " = ");
      legend.add(
          extreme.estimated() ? Legend.Symbol.HOLLOW_MARK : Legend.Symbol.MARK,
          color,
          name.then(Numerals.rounded(extreme.value(), 5)));
    }
  }

  /** Draws the legend in the upper corner where the curve stays lower. */
  private void drawLegend(Canvas canvas, @Nullable Curve curve) {
    Legend legend = legend();
    double width = legend.width(canvas);
    double left = area.getX() + LEGEND_INSET;
    double right = area.getMaxX() - LEGEND_INSET - width;
    boolean atRight =
        curve == null || highest(curve, right, right + width) >= highest(curve, left, left + width);
    legend.draw(canvas, atRight ? right : left, area.getY() + LEGEND_INSET, INK);
  }

  /** The smallest y that the curve reaches between two x. */
  private double highest(Curve curve, double from, double to) {
    return points(curve, curve.curve().values()).stream()
        .filter(point -> point.getX() >= from && point.getX() <= to)
        .mapToDouble(Point2D::getY)
        .min()
        .orElse(area.getMaxY());
  }
}
