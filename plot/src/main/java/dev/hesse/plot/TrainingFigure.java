package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.TrainingLog;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.Collectors;

/** The figure of a training run: diagrams over epochs, one below the other. */
final class TrainingFigure implements Figure {
  private static final double LEFT = 62;
  private static final double RIGHT = 16;
  private static final double TOP = 42;
  private static final double BOTTOM = 46;
  private static final double GAP = 6;

  /** How much of their heights the panels need. */
  private static final double LEAST_SCALE = 0.8;

  private static final double POINTS_PER_TICK = 50;

  /** How much of the axis of epochs is before the first and after the last. */
  private static final double PADDING = 0.02;

  private final TrainingLog log;
  private final FigureOptions options;
  private final Typeface typeface;
  private final List<Panel> panels;
  private final LinearAxis epochs;

  /**
   * Lays the figure out.
   *
   * @throws BadInputException if the log has nothing to draw, or more than the height has room for
   */
  TrainingFigure(TrainingLog log, FigureOptions options, Typeface typeface) {
    if (options.sigma2() != null) {
      throw new IllegalArgumentException(
          "expected no variance for a training log, got " + options.sigma2());
    }
    this.log = log;
    this.options = options;
    this.typeface = typeface;
    this.panels = TrainingPanels.of(log, typeface);
    int last = TrainingPanels.lastEpoch(log);
    double padding = PADDING * last;
    int ticks = (int) Math.round((options.width() - LEFT - RIGHT) / POINTS_PER_TICK);
    this.epochs = LinearAxis.whole(-padding, last + padding, ticks);
    double least = Math.ceil(around() + LEAST_SCALE * areas());
    if (height() < least) {
      throw new BadInputException(
          "%d diagrams do not fit into a height of %d".formatted(panels.size(), height()),
          "Choose a height from %.0f on, or none".formatted(least));
    }
  }

  @Override
  public int width() {
    return options.width();
  }

  @Override
  public int height() {
    return options.height() == null ? (int) Math.ceil(around() + areas()) : options.height();
  }

  /** The height of the panels' areas where it is not chosen. */
  private double areas() {
    return panels.stream().mapToDouble(Panel::height).sum();
  }

  /** The height of everything but the panels' areas. */
  private double around() {
    return TOP + SeriesKey.HEIGHT * panels.size() + GAP * (panels.size() - 1) + BOTTOM;
  }

  @Override
  public String title() {
    return typeface.printable(Descriptions.title(log, options));
  }

  @Override
  public String description() {
    return panels.stream().map(Panel::description).collect(Collectors.joining("; "));
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    double width = width() - LEFT - RIGHT;
    Rectangle2D top = new Rectangle2D.Double(LEFT, 0, width, TOP);
    Heading.draw(canvas, typeface, title(), Descriptions.subtitle(log), top);
    double scale = (height() - around()) / areas();
    double y = TOP;
    for (int i = 0; i < panels.size(); i++) {
      Panel panel = panels.get(i);
      y += SeriesKey.HEIGHT;
      double height = scale * panel.height();
      Plane plane = panel.draw(canvas, new Rectangle2D.Double(LEFT, y, width, height), epochs);
      if (i == panels.size() - 1) {
        Frame.drawBottom(canvas, plane, Label.of("Epoch"));
      }
      y += height + GAP;
    }
  }
}
