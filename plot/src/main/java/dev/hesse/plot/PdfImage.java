package dev.hesse.plot;

import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2DFontTextDrawer;
import java.awt.Font;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.text.AttributedCharacterIterator;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/** A figure as a PDF document of one page. */
final class PdfImage {
  private PdfImage() {}

  static void write(Figure figure, Typeface typeface, OutputStream out) throws IOException {
    try (PDDocument document = new PDDocument();
        InputStream font = Typeface.open()) {
      // Otherwise derived from the time.
      document.setDocumentId(0L);
      document.getDocumentInformation().setTitle(figure.title());
      document.getDocumentInformation().setSubject(figure.description());
      PDPage page = new PDPage(new PDRectangle(figure.width(), figure.height()));
      document.addPage(page);
      PdfBoxGraphics2D graphics = new PdfBoxGraphics2D(document, figure.width(), figure.height());
      graphics.setFontTextDrawer(new OneFont(PDType0Font.load(document, font, true)));
      figure.draw(new Canvas(graphics, new GraphicsText(graphics, typeface)));
      graphics.dispose();
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.drawForm(graphics.getXFormObject());
      }
      document.save(out);
    }
  }

  /** Sets every text in one embedded font, without asking the platform for its fonts. */
  private static final class OneFont extends PdfBoxGraphics2DFontTextDrawer {
    private final PDFont font;

    OneFont(PDFont font) {
      this.font = font;
    }

    @Override
    public boolean canDrawText(AttributedCharacterIterator text, IFontTextDrawerEnv environment) {
      return true;
    }

    @Override
    protected PDFont mapFont(Font requested, IFontTextDrawerEnv environment) {
      return font;
    }
  }
}
