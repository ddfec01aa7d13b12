package dev.hesse.plot;

import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Quadratic;
import dev.hesse.plot.Series.Sample;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A landscape of one dimension: the loss with the quadratic model over the coordinate, and the
 * accuracy below.
 */
final class CurveFigure implements Figure {
  private static final int HEIGHT = 340;
  private static final double LEFT = 62;
  private static final double RIGHT = 16;
  private static final double TOP = 42;
  private static final double BOTTOM = 46;
  private static final double GAP = 8;

  /** The loss's share of the height where accuracies are shown too. */
  private static final double LOSS_SHARE = 0.66;

  private static final double PADDING = 0.07;
  private static final double POINTS_PER_TICK = 24;
  private static final double POINTS_PER_COORDINATE = 50;
  private static final int DIGITS = 4;

  private final Landscape landscape;
  private final FigureOptions options;
  private final Typeface typeface;
  private final LossScale scale;
  private final List<Series> losses = new ArrayList<>();
  private final List<Series> accuracies = new ArrayList<>();

  /**
   * Lays the figure out.
   *
   * @throws dev.hesse.io.BadInputException if no loss is finite
   */
  CurveFigure(Landscape landscape, FigureOptions options, Typeface typeface) {
    this.landscape = landscape;
    this.options = options;
    this.typeface = typeface;
    this.scale = LossScale.of(landscape.losses());
    Label trained =
        Label.of("loss, at the weights ").then(Numerals.rounded(landscape.loss(), DIGITS));
    losses.add(new Series(trained, Palette.DENSITY, false, samples(landscape.losses(), 1)));
    Quadratic quadratic = landscape.quadratic();
    if (quadratic != null) {
      Label model =
          Label.of("quadratic model, curvature ")
              .then(Numerals.rounded(quadratic.curvature().get(0), DIGITS));
      losses.add(new Series(model, Palette.TOP, false, true, samples(quadratic.losses(), 1)));
    }
    Double accuracy = landscape.accuracy();
    if (accuracy != null && !landscape.accuracies().isEmpty()) {
      Label label =
          Label.of("accuracy, at the weights ")
              .then(Numerals.rounded(100 * accuracy, DIGITS))
              .then(" %");
      accuracies.add(
          new Series(label, Palette.BOTTOM, false, samples(landscape.accuracies(), 100)));
    }
  }

  private List<Sample> samples(List<Double> values, double factor) {
    List<Double> coordinates = landscape.axes().get(0).coordinates();
    return IntStream.range(0, values.size())
        .mapToObj(i -> new Sample(coordinates.get(i), factor * values.get(i), 0))
        .toList();
  }

  @Override
  public int width() {
    return options.width();
  }

  @Override
  public int height() {
    Integer chosen = options.height();
    return chosen == null ? HEIGHT : chosen;
  }

  @Override
  public String title() {
    return typeface.printable(Descriptions.title(landscape, options));
  }

  @Override
  public String description() {
    return losses.stream()
        .map(series -> series.label().toString())
        .collect(Collectors.joining("; ", LandscapeAxes.name(landscape, 0) + ": ", ""));
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    double width = width() - LEFT - RIGHT;
    Rectangle2D top = new Rectangle2D.Double(LEFT, 0, width, TOP);
    Heading.draw(canvas, typeface, title(), Descriptions.subtitle(landscape), top);
    LinearAxis axis =
        LandscapeAxes.of(landscape, 0, (int) Math.round(width / POINTS_PER_COORDINATE));
    boolean two = !accuracies.isEmpty();
    double keys = SeriesKey.HEIGHT * (two ? 2 : 1) + (two ? GAP : 0);
    double room = height() - TOP - BOTTOM - keys;
    double tall = two ? LOSS_SHARE * room : room;
    Rectangle2D upper = new Rectangle2D.Double(LEFT, TOP + SeriesKey.HEIGHT, width, tall);
    Plane plane = new Plane(upper, axis, scale.axis(tall, PADDING, POINTS_PER_TICK));
    drawPanel(canvas, plane, Label.of("Loss"), losses);
    if (two) {
      double y = upper.getMaxY() + GAP + SeriesKey.HEIGHT;
      Rectangle2D lower = new Rectangle2D.Double(LEFT, y, width, room - tall);
      int ticks = Math.max(2, (int) Math.round((room - tall) / POINTS_PER_TICK));
      plane = new Plane(lower, axis, LinearAxis.of(-5, 105, ticks));
      drawPanel(canvas, plane, Label.of("Accuracy in %"), accuracies);
    }
    String name = LandscapeAxes.name(landscape, 0);
    Frame.drawBottom(canvas, plane, Label.of(typeface.fitted(name, 11, width)));
  }

  private void drawPanel(Canvas canvas, Plane plane, Label name, List<Series> series) {
    Rectangle2D area = plane.area();
    Frame.drawAcross(canvas, plane);
    Frame.drawLeft(canvas, plane, name);
    double center = plane.x(0);
    if (center > area.getX() && center < area.getMaxX()) {
      Line2D line = new Line2D.Double(center, area.getY(), center, area.getMaxY());
      canvas.stroke(line, Palette.SUBTITLE, 0.6f);
    }
    canvas.clipped(area, () -> series.forEach(one -> SeriesLine.draw(canvas, plane, one)));
    Frame.drawOutline(canvas, plane);
    SeriesKey.draw(canvas, typeface, area, series);
  }
}
