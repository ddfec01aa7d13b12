package dev.hesse.plot;

import dev.hesse.plot.TextPainter.Anchor;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Rows of a symbol and a text, in a corner of a figure. */
final class Legend {
  private static final float SIZE = 9.5f;
  private static final double ROW = 14;
  private static final double PAD = 6;
  private static final double SYMBOL_WIDTH = 18;
  private static final double SYMBOL_GAP = 6;

  /** How much wider a viewer's own typeface may be: room for DejaVu Sans. */
  private static final double WIDEST_SUBSTITUTE = 1.14;

  private static final Color BACKGROUND = new Color(255, 255, 255, 225);

  private final List<Row> rows = new ArrayList<>();

  /** What stands before a row's text. */
  enum Symbol {
    LINE,
    BAND,
    MARK,
    HOLLOW_MARK,
    NONE
  }

  private record Row(Symbol symbol, Color color, Label label) {}

  void add(Symbol symbol, Color color, Label label) {
    rows.add(new Row(symbol, color, label));
  }

  /** The rows as text, for readers that see no picture. */
  List<String> texts() {
    return rows.stream().map(row -> row.label().toString()).toList();
  }

  double width(Typeface typeface) {
    double widest = 0;
    for (Row row : rows) {
      widest = Math.max(widest, typeface.width(row.label(), SIZE));
    }
    return PAD + SYMBOL_WIDTH + SYMBOL_GAP + WIDEST_SUBSTITUTE * widest + PAD;
  }

  double height() {
    return 2 * PAD + ROW * rows.size() - 2;
  }

  void draw(Canvas canvas, Typeface typeface, Point2D corner) {
    double x = corner.getX();
    double y = corner.getY();
    canvas.fill(new Rectangle2D.Double(x, y, width(typeface), height()), BACKGROUND);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double middle = y + PAD + ROW * i + ROW / 2 - 1;
      double center = x + PAD + SYMBOL_WIDTH / 2;
      switch (row.symbol()) {
        case LINE ->
            canvas.stroke(
                new Line2D.Double(
                    center - SYMBOL_WIDTH / 2, middle, center + SYMBOL_WIDTH / 2, middle),
                row.color(),
                1.4f);
        case BAND ->
            canvas.fill(
                new Rectangle2D.Double(center - SYMBOL_WIDTH / 2, middle - 4, SYMBOL_WIDTH, 8),
                row.color());
        case MARK -> Mark.draw(canvas, center, middle + Mark.HEIGHT / 2, row.color(), true);
        case HOLLOW_MARK -> Mark.draw(canvas, center, middle + Mark.HEIGHT / 2, row.color(), false);
        case NONE -> {}
      }
      canvas.text(
          row.label(),
          x + PAD + SYMBOL_WIDTH + SYMBOL_GAP,
          middle + 0.36 * SIZE,
          SIZE,
          Palette.INK,
          Anchor.START);
    }
  }
}
