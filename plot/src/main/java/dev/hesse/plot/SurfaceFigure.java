package dev.hesse.plot;

import dev.hesse.io.report.Landscape;
import dev.hesse.plot.TextPainter.Anchor;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A landscape of two dimensions as a surface, seen from in front and above in parallel projection.
 * Its cells are painted from the farthest to the nearest; those with a loss that is not finite are
 * left out.
 */
final class SurfaceFigure implements Figure {
  private static final int HEIGHT = 380;
  private static final double TOP = 48;
  private static final double BOTTOM = 30;
  private static final double SIDE = 16;
  private static final double BAR = 58;
  private static final int MOST_CELLS = 60;
  private static final float LINE = 0.4f;
  private static final float NAME_SIZE = 10;
  private static final double TICK = 0.05;
  private static final double LABEL = 0.17;
  private static final double NAME_ABOVE = 14;

  private final Landscape landscape;
  private final FigureOptions options;
  private final Typeface typeface;
  private final LossLevels levels;

  /** A cell of the surface: its outline, its loss and how far away it is. */
  private record Cell(Path2D outline, double loss, double depth) {}

  /**
   * Lays the figure out.
   *
   * @throws dev.hesse.io.BadInputException if no loss is finite
   */
  SurfaceFigure(Landscape landscape, FigureOptions options, Typeface typeface) {
    this.landscape = landscape;
    this.options = options;
    this.typeface = typeface;
    this.levels = LossLevels.of(LossScale.of(landscape.losses()));
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
    return LandscapeAxes.describePlane(landscape, levels.scale());
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    double inner = height() - TOP - BOTTOM;
    Rectangle2D area = new Rectangle2D.Double(SIDE, TOP, width() - 2 * SIDE - BAR, inner);
    Rectangle2D top = new Rectangle2D.Double(SIDE, 0, width() - 2 * SIDE, TOP);
    Heading.draw(canvas, typeface, title(), Descriptions.subtitle(landscape), top);
    Projection view = Projection.into(area);
    drawFloor(canvas, view);
    for (Cell cell : cells(view)) {
      Color color = levels.colorAt(cell.loss());
      canvas.fill(cell.outline(), color);
      canvas.stroke(cell.outline(), Palette.DARKEST, LINE);
    }
    drawAxis(canvas, view, 0);
    drawAxis(canvas, view, 1);
    Rectangle2D bar = new Rectangle2D.Double(0, TOP + 0.08 * inner, 0, 0.5 * inner);
    levels.drawBar(canvas, width() - SIDE - BAR + 12, bar);
  }

  /** Cells of at most so many rows and columns, the farthest first. */
  private List<Cell> cells(Projection view) {
    int rows = landscape.axes().get(0).coordinates().size();
    int columns = landscape.axes().get(1).coordinates().size();
    int[] a = thinned(rows);
    int[] b = thinned(columns);
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i + 1 < a.length; i++) {
      for (int j = 0; j + 1 < b.length; j++) {
        int[][] corners = {{a[i], b[j]}, {a[i], b[j + 1]}, {a[i + 1], b[j + 1]}, {a[i + 1], b[j]}};
        List<Point2D> outline = new ArrayList<>();
        double sum = 0;
        double depth = 0;
        for (int[] corner : corners) {
          double loss = landscape.losses().get(corner[0] * columns + corner[1]);
          double u = place(0, corner[0]);
          double v = place(1, corner[1]);
          if (LossScale.isShown(loss)) {
            outline.add(view.point(u, v, levels.scale().place(loss)));
          }
          sum += loss;
          depth += view.depth(u, v);
        }
        if (outline.size() == corners.length) {
          Path2D path = Polyline.path(outline);
          path.closePath();
          cells.add(new Cell(path, sum / corners.length, depth));
        }
      }
    }
    cells.sort(Comparator.comparingDouble(Cell::depth).reversed());
    return cells;
  }

  private static int[] thinned(int points) {
    int stride = (points - 2) / MOST_CELLS + 1;
    int[] kept = new int[(points - 2) / stride + 2];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = Math.min(points - 1, i * stride);
    }
    return kept;
  }

  /** Where a coordinate is along its axis, from −1 to 1. */
  private double place(int axis, int index) {
    List<Double> coordinates = landscape.axes().get(axis).coordinates();
    return 2 * LandscapeAxes.of(landscape, axis, 2).fraction(coordinates.get(index)) - 1;
  }

  private static void drawFloor(Canvas canvas, Projection view) {
    Path2D floor =
        Polyline.path(
            List.of(
                view.point(-1, -1, 0),
                view.point(1, -1, 0),
                view.point(1, 1, 0),
                view.point(-1, 1, 0)));
    floor.closePath();
    canvas.stroke(floor, Palette.GRID, 0.8f);
  }

  /** The axis along a front edge of the floor, with ticks, their labels and its name. */
  private void drawAxis(Canvas canvas, Projection view, int axis) {
    LinearAxis scale = LandscapeAxes.of(landscape, axis, 4);
    canvas.stroke(
        new Line2D.Double(at(view, axis, -1, 0), at(view, axis, 1, 0)), Palette.INK, 0.8f);
    for (Axis.Tick tick : scale.ticks()) {
      double along = 2 * scale.fraction(tick.value()) - 1;
      Line2D line = new Line2D.Double(at(view, axis, along, 0), at(view, axis, along, TICK));
      canvas.stroke(line, Palette.INK, 0.8f);
      Label label = tick.label();
      if (label != null) {
        Point2D below = at(view, axis, along, LABEL);
        canvas.text(label, below.getX(), below.getY() + 3, 8.5f, Palette.INK, Anchor.MIDDLE);
      }
    }
    String exponent = scale.exponent() == 0 ? "" : " (× 1e%d)".formatted(scale.exponent());
    String name =
        typeface.fitted(
            LandscapeAxes.name(landscape, axis) + exponent, NAME_SIZE, width() / 2.0 - 2 * SIDE);
    double x = axis == 0 ? SIDE : width() - SIDE;
    Anchor anchor = axis == 0 ? Anchor.START : Anchor.END;
    canvas.text(Label.of(name), x, height() - NAME_ABOVE, NAME_SIZE, Palette.INK, anchor);
  }

  /** A point beside the front edge that belongs to an axis. */
  private static Point2D at(Projection view, int axis, double along, double out) {
    return axis == 0 ? view.point(along, -1 - out, 0) : view.point(1 + out, along, 0);
  }
}
