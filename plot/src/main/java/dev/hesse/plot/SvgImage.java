package dev.hesse.plot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUnits;
import org.jfree.svg.ViewBox;

/** A figure as an SVG element. */
final class SvgImage {
  private SvgImage() {}

  /** Writes a document of its own. */
  static void write(Figure figure, OutputStream out) throws IOException {
    String document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(figure) + "\n";
    out.write(document.getBytes(StandardCharsets.UTF_8));
  }

  /** The element, with the figure's title and description for screen readers and searches. */
  static String element(Figure figure) {
    StringBuilder content = new StringBuilder();
    SVGGraphics2D graphics =
        new SVGGraphics2D(figure.width(), figure.height(), SVGUnits.PX, content);
    DoubleFunction<String> hundredths = value -> String.format(Locale.ROOT, "%.2f", value);
    graphics.setGeomDoubleConverter(hundredths);
    graphics.setDefsKeyPrefix("hesse-");
    figure.draw(new Canvas(graphics, new SvgText(content)));

    ViewBox viewBox = new ViewBox(0, 0, figure.width(), figure.height());
    String element = graphics.getSVGElement(null, true, viewBox, null, null);
    int rootEnd = element.indexOf('>');
    return element.substring(0, rootEnd)
        + " role='img' font-family='"
        + Typeface.FAMILIES
        + "'><title>"
        + Markup.escape(figure.title())
        + "</title><desc>"
        + Markup.escape(figure.description())
        + "</desc>"
        + element.substring(rootEnd + 1);
  }
}
