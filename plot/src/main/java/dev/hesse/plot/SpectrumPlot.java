package dev.hesse.plot;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.HessianReport;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Draws the spectrum of a report: the density on a logarithmic scale, marks at the outermost
 * eigenvalues, and a legend with λ_max, λ_min and the trace with its standard error.
 *
 * <p>The density is smoothed anew from the report's nodes, with the Gaussian that {@link
 * FigureOptions#sigma2} asks for; the report's own curve is narrower than a printed line where the
 * spectrum is wide. Several runs show as their mean and a band from the least to the greatest. The
 * density's axis starts at the decade below what one eigenvalue of the matrix adds.
 *
 * <p>Where the report has no eigenvalues at one end, the density's outermost Ritz value, if it has
 * such, stands in for it, marked as an estimate: a hollow mark, and ≈ in the legend.
 *
 * <p>The same report gives the same bytes on every machine. Characters that the typeface lacks (it
 * has Latin, Greek and Cyrillic) become question marks.
 */
public final class SpectrumPlot {
  private SpectrumPlot() {}

  /**
   * Writes the figure as SVG, in which text is text; whole or not at all.
   *
   * @throws dev.hesse.io.BadInputException if the report has nothing to draw
   * @throws IOException if the file cannot be written
   */
  public static void writeSvg(HessianReport report, FigureOptions options, Path target)
      throws IOException {
    SpectrumFigure figure = new SpectrumFigure(report, options, new Typeface());
    AtomicFile.write(target, out -> SvgImage.write(figure, out));
  }

  /**
   * Writes the figure as a PDF of one page with its typeface embedded; whole or not at all.
   *
   * @throws dev.hesse.io.BadInputException if the report has nothing to draw
   * @throws IOException if the file cannot be written
   */
  public static void writePdf(HessianReport report, FigureOptions options, Path target)
      throws IOException {
    Typeface typeface = new Typeface();
    SpectrumFigure figure = new SpectrumFigure(report, options, typeface);
    AtomicFile.write(target, out -> PdfImage.write(figure, typeface, out));
  }
}
