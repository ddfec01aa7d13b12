package dev.hesse.plot;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;

/** Text by {@link Graphics2D}, part by part, measured without asking the platform for fonts. */
final class GraphicsText implements TextPainter {
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 1);

  private final Graphics2D graphics;
  private final Typeface typeface;

  GraphicsText(Graphics2D graphics, Typeface typeface) {
    this.graphics = graphics;
    this.typeface = typeface;
  }

  @Override
  public void draw(Label label, double x, double y, Style style) {
    AffineTransform before = graphics.getTransform();
    if (style.upward()) {
      graphics.rotate(-Math.PI / 2, x, y);
    }
    graphics.setPaint(style.color());
    double at = x - style.anchor().fraction() * typeface.width(label, style.size());
    for (Label.Part part : label.parts()) {
      float size = (float) part.level().scale() * style.size();
      graphics.setFont(FONT.deriveFont(size));
      double baseline = y - part.level().rise() * style.size();
      graphics.drawString(part.text(), (float) at, (float) baseline);
      at += typeface.width(part.text()) * size;
    }
    graphics.setTransform(before);
  }
}
