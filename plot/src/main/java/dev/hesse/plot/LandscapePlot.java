package dev.hesse.plot;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.Landscape;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Draws a landscape: in one dimension loss and accuracy over the coordinate, with the quadratic
 * model where there is one; in two the loss as colours between lines of equal loss, or as a
 * surface. The loss has a logarithmic scale where most of it would lie on the floor of a linear
 * one. What is not finite is a gap.
 *
 * <p>The same landscape gives the same bytes on every machine.
 */
public final class LandscapePlot {

  /** A way of looking at it. */
  public enum View {
    /** From above; the only one in one dimension. */
    PLAN,
    /** From in front and above, of two dimensions. */
    SURFACE
  }

  private LandscapePlot() {}

  /**
   * Writes the figure as SVG, in which text is text; whole or not at all.
   *
   * @throws IllegalArgumentException if the options ask for a smoothing, or a curve for a surface
   * @throws dev.hesse.io.BadInputException if no loss is finite
   * @throws IOException if the file cannot be written
   */
  public static void writeSvg(Landscape landscape, View view, FigureOptions options, Path target)
      throws IOException {
    Figure figure = figure(landscape, view, options, new Typeface());
    AtomicFile.write(target, out -> SvgImage.write(figure, out));
  }

  /** Writes the same as a PDF of one page with its typeface embedded. */
  public static void writePdf(Landscape landscape, View view, FigureOptions options, Path target)
      throws IOException {
    Typeface typeface = new Typeface();
    Figure figure = figure(landscape, view, options, typeface);
    AtomicFile.write(target, out -> PdfImage.write(figure, typeface, out));
  }

  private static Figure figure(
      Landscape landscape, View view, FigureOptions options, Typeface typeface) {
    if (options.sigma2() != null) {
      throw new IllegalArgumentException(
          "expected no variance for a landscape, got " + options.sigma2());
    }
    boolean plane = landscape.axes().size() == 2;
    return switch (view) {
      case PLAN ->
          plane
              ? new ContourFigure(landscape, options, typeface)
              : new CurveFigure(landscape, options, typeface);
      case SURFACE -> {
        if (!plane) {
          throw new IllegalArgumentException("expected two dimensions for a surface, got one");
        }
        yield new SurfaceFigure(landscape, options, typeface);
      }
    };
  }
}
