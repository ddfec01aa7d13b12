package dev.hesse.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * Liberation Sans, as PDFBox brings it along. It has the widths of Helvetica and Arial, so text
 * measured with it fits in viewers that substitute one of these.
 */
final class Typeface {
  /** What to ask an SVG viewer for, in this order. */
  static final String FAMILIES = "Helvetica, Arial, Liberation Sans, sans-serif";

  private static final String RESOURCE =
      "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
  private static final int REPLACEMENT = '?';
  private static final String ELLIPSIS = "…";

  private final TrueTypeFont font;
  private final CmapLookup glyphs;
  private final int unitsPerEm;

  Typeface() throws IOException {
    try (InputStream in = open()) {
      font = new TTFParser().parse(new RandomAccessReadBuffer(in));
    }
    glyphs = font.getUnicodeCmapLookup();
    unitsPerEm = font.getUnitsPerEm();
  }

  /** The font file. */
  static InputStream open() {
    return Objects.requireNonNull(
        Typeface.class.getResourceAsStream(RESOURCE), "PDFBox without its typeface");
  }

  /** The width of a text in units of the font size. */
  double width(String text) {
    try {
      double width = 0;
      for (int character : text.codePoints().toArray()) {
        width += font.getAdvanceWidth(glyphs.getGlyphId(character));
      }
      return width / unitsPerEm;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The width of a label at a font size. */
  double width(Label label, float size) {
    double width = 0;
    for (Label.Part part : label.parts()) {
      width += width(part.text()) * part.level().scale() * size;
    }
    return width;
  }

  /** The text with a question mark for every character that the typeface lacks. */
  String printable(String text) {
    return text.codePoints()
        .map(character -> glyphs.getGlyphId(character) == 0 ? REPLACEMENT : character)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The printable text, cut and marked with an ellipsis where it is wider than given. */
  String fitted(String text, float size, double width) {
    String printable = printable(text);
    if (width(printable) * size <= width) {
      return printable;
    }
    int length = 0;
    while (width(printable.substring(0, length + 1) + ELLIPSIS) * size <= width) {
      length++;
    }
    return printable.substring(0, length).stripTrailing() + ELLIPSIS;
  }
}
