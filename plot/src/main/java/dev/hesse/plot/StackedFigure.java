package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** A heading, and below it diagrams in stacks, each with an axis of its own. */
final class StackedFigure implements Figure {
  private static final double LEFT = 62;
  private static final double RIGHT = 16;
  private static final double TOP = 42;

  /** How much of their heights the panels need. */
  private static final double LEAST_SCALE = 0.8;

  private final Text text;
  private final List<PanelStack> stacks;
  private final FigureOptions options;
  private final Typeface typeface;

  /** What a figure says in words. */
  record Text(String title, String subtitle, String description) {}

  /**
   * Lays the figure out.
   *
   * @throws BadInputException if there is more than the height has room for
   */
  StackedFigure(Text text, List<PanelStack> stacks, FigureOptions options, Typeface typeface) {
    this.text = text;
    this.stacks = List.copyOf(stacks);
    this.options = options;
    this.typeface = typeface;
    double least = Math.ceil(around() + LEAST_SCALE * areas());
    if (height() < least) {
      int panels = stacks.stream().mapToInt(stack -> stack.panels().size()).sum();
      throw new BadInputException(
          "%d diagrams do not fit into a height of %d".formatted(panels, height()),
          "Choose a height from %.0f on, or none".formatted(least));
    }
  }

  /** The width of every panel's area. */
  static double panelWidth(FigureOptions options) {
    return options.width() - LEFT - RIGHT;
  }

  @Override
  public int width() {
    return options.width();
  }

  @Override
  public int height() {
    return options.height() == null ? (int) Math.ceil(around() + areas()) : options.height();
  }

  private double areas() {
    return stacks.stream().mapToDouble(PanelStack::areas).sum();
  }

  private double around() {
    return TOP + stacks.stream().mapToDouble(stack -> stack.around(panelWidth(options))).sum();
  }

  @Override
  public String title() {
    return typeface.printable(text.title());
  }

  @Override
  public String description() {
    return text.description();
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(new Rectangle2D.Double(0, 0, width(), height()), Palette.PAPER);
    double width = panelWidth(options);
    Rectangle2D top = new Rectangle2D.Double(LEFT, 0, width, TOP);
    Heading.draw(canvas, typeface, title(), text.subtitle(), top);
    double scale = (height() - around()) / areas();
    double y = TOP;
    for (PanelStack stack : stacks) {
      y = stack.draw(canvas, LEFT, y, width, scale);
    }
  }
}
