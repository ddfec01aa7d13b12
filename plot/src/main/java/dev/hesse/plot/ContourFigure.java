package dev.hesse.plot;

import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Quadratic;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * A landscape of two dimensions from above: colours between lines of equal loss, the quadratic
 * model's lines over them, and a dot at the weights. Cells with a loss that is not finite are grey.
 */
final class ContourFigure implements Figure {
  private static final double LEFT = 62;
  private static final double RIGHT = 62;
  private static final double TOP = 42;
  private static final double BOTTOM = 46;
  private static final double BAR_GAP = 12;
  private static final double POINTS_PER_TICK = 50;
  private static final double DOT = 2.5;
  private static final float LINE = 0.6f;

  private final Landscape landscape;
  private final FigureOptions options;
  private final Typeface typeface;
  private final LossLevels levels;

  /**
   * Lays the figure out.
   *
   * @throws dev.hesse.io.BadInputException if no loss is finite
   */
  ContourFigure(Landscape landscape, FigureOptions options, Typeface typeface) {
    this.landscape = landscape;
    this.options = options;
    this.typeface = typeface;
    this.levels = LossLevels.of(LossScale.of(landscape.losses()));
  }

  @Override
  public int width() {
    return options.width();
  }

  /** That of a square plane where it is not chosen. */
  @Override
  public int height() {
    Integer chosen = options.height();
    return chosen == null
        ? (int) Math.round(width() - LEFT - RIGHT + TOP + SeriesKey.HEIGHT + BOTTOM)
        : chosen;
  }

  @Override
  public String title() {
    return typeface.printable(Descriptions.title(landscape, options));
  }

  @Override
  public String description() {
    return LandscapeAxes.describePlane(landscape, levels.scale());
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    double y = TOP + SeriesKey.HEIGHT;
    Rectangle2D area =
        new Rectangle2D.Double(LEFT, y, width() - LEFT - RIGHT, height() - y - BOTTOM);
    Heading.draw(canvas, typeface, title(), Descriptions.subtitle(landscape), area);
    Plane plane = new Plane(area, axis(0, area.getWidth()), axis(1, area.getHeight()));
    Frame.drawLeft(canvas, plane, name(1, area.getHeight()));
    canvas.clipped(area, () -> drawLosses(canvas, plane));
    drawWeights(canvas, plane);
    Frame.drawBottom(canvas, plane, name(0, area.getWidth()));
    Frame.drawOutline(canvas, plane);
    levels.drawBar(canvas, area.getMaxX() + BAR_GAP, area);
    if (landscape.quadratic() != null) {
      Label model = Label.of("quadratic model, at the same losses");
      SeriesKey.draw(
          canvas, typeface, area, List.of(new Series(model, Palette.TOP, false, List.of())));
    }
  }

  private LinearAxis axis(int axis, double points) {
    return LandscapeAxes.of(landscape, axis, (int) Math.round(points / POINTS_PER_TICK));
  }

  private Label name(int axis, double points) {
    return Label.of(typeface.fitted(LandscapeAxes.name(landscape, axis), 11, points));
  }

  private void drawLosses(Canvas canvas, Plane plane) {
    canvas.fill(plane.area(), Palette.GRID);
    Contours losses = contours(plane, landscape.losses());
    canvas.fill(losses.region(Double.NEGATIVE_INFINITY), levels.color(-1));
    for (int level = 0; level < levels.values().size(); level++) {
      canvas.fill(losses.region(levels.values().get(level)), levels.color(level));
    }
    Quadratic quadratic = landscape.quadratic();
    for (double level : levels.values()) {
      canvas.stroke(losses.line(level), Palette.PAPER, LINE);
      if (quadratic != null) {
        canvas.stroke(contours(plane, quadratic.losses()).line(level), Palette.TOP, LINE);
      }
    }
  }

  private Contours contours(Plane plane, List<Double> values) {
    List<Double> a = landscape.axes().get(0).coordinates();
    List<Double> b = landscape.axes().get(1).coordinates();
    return new Contours(
        a.size(),
        b.size(),
        values,
        number ->
            new Point2D.Double(
                plane.x(a.get(number / b.size())), plane.y(b.get(number % b.size()))));
  }

  private static void drawWeights(Canvas canvas, Plane plane) {
    double x = plane.x(0);
    double y = plane.y(0);
    if (plane.area().contains(x, y)) {
      canvas.fill(new Ellipse2D.Double(x - DOT, y - DOT, 2 * DOT, 2 * DOT), Palette.INK);
      canvas.stroke(new Ellipse2D.Double(x - DOT, y - DOT, 2 * DOT, 2 * DOT), Palette.PAPER, LINE);
    }
  }
}
