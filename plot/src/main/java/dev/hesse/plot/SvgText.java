package dev.hesse.plot;

import java.awt.Color;
import java.util.Locale;

/** Text as SVG elements, appended to a document under construction. */
final class SvgText implements TextPainter {
  private final StringBuilder document;

  SvgText(StringBuilder document) {
    this.document = document;
  }

  @Override
  public void draw(Label label, double x, double y, Style style) {
    Color color = style.color();
    document.append(
        format(
            "<text xml:space='preserve' x='%.2f' y='%.2f' font-size='%.2f' text-anchor='%s' fill='#%02x%02x%02x'",
            x,
            y,
            style.size(),
            style.anchor().svgName(),
            color.getRed(),
            color.getGreen(),
            color.getBlue()));
    if (style.upward()) {
      document.append(format(" transform='rotate(-90 %.2f %.2f)'", x, y));
    }
    document.append('>');
    double above = 0;
    for (Label.Part part : label.parts()) {
      double rise = part.level().rise() * style.size();
      String text = Markup.escape(part.text());
      if (rise == above && part.level() == Label.Level.LINE) {
        document.append(text);
      } else {
        document.append(
            format(
                "<tspan dy='%.2f' font-size='%.2f'>%s</tspan>",
                above - rise, part.level().scale() * style.size(), text));
      }
      above = rise;
    }
    document.append("</text>");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
