package dev.hesse.plot;

import dev.hesse.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws what changes from one report to the next: λ_max with its error bound and the trace with two
 * standard errors, over the number of examples where the reports of each matrix differ in it, else
 * in the order given; and the spectral densities over one another on a logarithmic scale, all with
 * the smoothing of the widest. What no report has is left out. Where the reports are of different
 * matrices or models, the key names them.
 *
 * <p>The same reports give the same bytes on every machine.
 */
public final class ComparisonPlot {
  private ComparisonPlot() {}

  /**
   * Writes the figure as SVG, in which text is text; whole or not at all.
   *
   * @param reports at least two
   * @throws dev.hesse.io.BadInputException if the reports have nothing to draw, or more than the
   *     height has room for
   * @throws IOException if the file cannot be written
   */
  public static void writeSvg(List<ComparedReport> reports, FigureOptions options, Path target)
      throws IOException {
    Figure figure = ComparisonFigure.of(reports, options, new Typeface());
    AtomicFile.write(target, out -> SvgImage.write(figure, out));
  }

  /** Writes the same as a PDF of one page with its typeface embedded. */
  public static void writePdf(List<ComparedReport> reports, FigureOptions options, Path target)
      throws IOException {
    Typeface typeface = new Typeface();
    Figure figure = ComparisonFigure.of(reports, options, typeface);
    AtomicFile.write(target, out -> PdfImage.write(figure, typeface, out));
  }
}
