package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PdfFigureTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void draw() throws IOException {
    file = folder.resolve("example.pdf");
    SpectrumPlot.writePdf(Samples.typical(), FigureOptions.DEFAULT, file);
  }

  @Test
  void isOnePageWithItsTextAsText() throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
      assertThat(document.getPage(0).getMediaBox().getWidth()).isEqualTo(480);
      assertThat(document.getPage(0).getMediaBox().getHeight()).isEqualTo(320);
      assertThat(document.getDocumentInformation().getTitle())
          .isEqualTo("Hessian spectrum of resnet20");
      String text = new PDFTextStripper().getText(document);
      assertThat(text)
          .contains("Hessian spectrum of resnet20", "Eigenvalue of the Hessian")
          .contains("density (σ = 0.171)", "λmax = 30", "λmin = −4.25", "trace = 190.2 ± 3.3");
      // What reads upwards comes out in lines of a few letters.
      assertThat(text.replaceAll("\\s", "")).contains("Density(logscale)");
    }
  }

  @Test
  void embedsItsFont() throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      PDResources page = document.getPage(0).getResources();
      int fonts = 0;
      for (COSName name : page.getXObjectNames()) {
        PDResources form = ((PDFormXObject) page.getXObject(name)).getResources();
        for (COSName font : form.getFontNames()) {
          assertThat(form.getFont(font).isEmbedded()).isTrue();
          fonts++;
        }
      }
      assertThat(fonts).isPositive();
    }
  }

  @Test
  void showsTheCurveAndTheMarks() throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      BufferedImage image = new PDFRenderer(document).renderImage(0, 2);
      // The curve's stroke is some 1,000 points long and 1.2 wide, at 4 pixels a square point; a
      // mark covers 26 square points, of which three are filled with TOP and one with BOTTOM.
      assertThat(Drawing.pixels(image, Palette.DENSITY)).isGreaterThan(2000);
      assertThat(Drawing.pixels(image, Palette.TOP)).isBetween(3 * 50, 5 * 104);
      assertThat(Drawing.pixels(image, Palette.BOTTOM)).isBetween(50, 3 * 104);
      assertThat(Drawing.pixels(image, Palette.PAPER)).isGreaterThan(640 * 960 / 2);
    }
  }

  @Test
  void theSameReportGivesTheSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(file);
    draw();
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }
}
