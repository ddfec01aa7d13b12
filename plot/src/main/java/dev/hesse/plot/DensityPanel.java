package dev.hesse.plot;

import dev.hesse.io.report.DensityCurve;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.TrainingLog.Curvature;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The spectral density over epochs as a map of colours, with the outermost eigenvalues as lines. A
 * colour stands for a share of the eigenvalues per factor of ten on the eigenvalue axis, or what is
 * as long there around zero.
 *
 * @param curvature at least one
 * @param parameters how many eigenvalues there are
 * @param extremes λ_max, and λ_min where it is known
 */
record DensityPanel(
    List<Curvature> curvature, long parameters, List<Series> extremes, Typeface typeface)
    implements Panel {
  private static final int CELLS = 100;

  /** Half the width, in epochs, of a column without neighbours. */
  private static final double LONE_COLUMN = 0.5;

  /**
   * One measurement on the page.
   *
   * @param density at every cell, from the bottom
   */
  private record Column(double left, double right, List<Double> density) {}

  DensityPanel {
    curvature = List.copyOf(curvature);
    extremes = List.copyOf(extremes);
  }

  @Override
  public double height() {
    return 150;
  }

  @Override
  public double above(double width) {
    return SeriesKey.HEIGHT;
  }

  @Override
  public String description() {
    return "Density: %d measurements".formatted(curvature.size());
  }

  @Override
  public Plane draw(Canvas canvas, Rectangle2D area, Axis epochs) {
    DoubleSummaryStatistics shown =
        Stream.concat(
                curvature.stream()
                    .flatMap(one -> one.density().stream())
                    .flatMap(run -> run.nodes().stream()),
                extremes.stream().flatMap(one -> one.values().boxed()))
            .mapToDouble(Double::doubleValue)
            .summaryStatistics();
    SymlogAxis axis = SymlogAxis.of(shown.getMin(), shown.getMax(), area.getHeight());
    Plane plane = new Plane(area, epochs, axis);
    List<Column> columns = columns(plane, axis);
    double peak =
        columns.stream()
            .flatMap(column -> column.density.stream())
            .max(Double::compare)
            .orElse(1.0);
    double sigmaInDecades = sigma(axis) / Math.log(10);
    HeatScale scale = new HeatScale(Decades.of(peak, parameters, sigmaInDecades));
    Frame.drawLeft(canvas, plane, Label.of("Eigenvalue"));
    canvas.clipped(
        area,
        () -> {
          drawColumns(canvas, area, columns, scale);
          extremes.forEach(one -> SeriesLine.draw(canvas, plane, one));
        });
    Frame.drawOutline(canvas, plane);
    double left = SeriesKey.draw(canvas, typeface, area, extremes);
    Label name = Label.of("density per decade");
    double baseline = SeriesKey.baseline(area);
    scale.draw(canvas, typeface, name, left, area.getMaxX(), baseline);
    return plane;
  }

  private static double sigma(SymlogAxis axis) {
    return (axis.end() - axis.start()) / CELLS;
  }

  private List<Column> columns(Plane plane, SymlogAxis axis) {
    int stride = (int) Math.ceil(curvature.size() / plane.area().getWidth());
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < curvature.size(); i += stride) {
      int epoch = curvature.get(i).epoch();
      double before = i < stride ? Double.NaN : epoch - curvature.get(i - stride).epoch();
      double after =
          i + stride < curvature.size() ? curvature.get(i + stride).epoch() - epoch : Double.NaN;
      columns.add(
          new Column(
              plane.x(epoch - half(before, after)),
              plane.x(epoch + half(after, before)),
              density(curvature.get(i).density(), axis)));
    }
    return columns;
  }

  /** Half a distance between neighbours, or where there is none, of that on the other side. */
  private static double half(double distance, double other) {
    if (!Double.isNaN(distance)) {
      return distance / 2;
    }
    return Double.isNaN(other) ? LONE_COLUMN : other / 2;
  }

  /** The share of eigenvalues per factor e, times ln 10, in every cell. */
  private static List<Double> density(List<Run> runs, SymlogAxis axis) {
    List<Run> placed =
        runs.stream()
            .map(run -> new Run(run.nodes().stream().map(axis::place).toList(), run.weights()))
            .toList();
    double cell = sigma(axis);
    DensityCurve curve = DensityCurve.on(axis.start() + cell / 2, cell, CELLS, placed, cell);
    return DoubleStream.of(curve.values()).map(value -> value * Math.log(10)).boxed().toList();
  }

  /** Level on level, so that no seams show between cells of one colour. */
  private static void drawColumns(
      Canvas canvas, Rectangle2D area, List<Column> columns, HeatScale scale) {
    for (int level = 0; level < scale.levels(); level++) {
      Path2D path = new Path2D.Double();
      for (Column column : columns) {
        addCells(path, area, column, scale.threshold(level));
      }
      if (path.getCurrentPoint() != null) {
        canvas.fill(path, scale.color(level));
      }
    }
  }

  private static void addCells(Path2D path, Rectangle2D area, Column column, double threshold) {
    double cell = area.getHeight() / CELLS;
    int from = 0;
    while (from < CELLS) {
      int to = from;
      while (to < CELLS && column.density.get(to) >= threshold) {
        to++;
      }
      if (to > from) {
        double bottom = area.getMaxY() - from * cell;
        double height = (to - from) * cell;
        double width = column.right - column.left;
        path.append(new Rectangle2D.Double(column.left, bottom - height, width, height), false);
      }
      from = to + 1;
    }
  }
}
