package dev.hesse.plot;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.TrainingLog;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Draws a training log over its epochs, one diagram below the other: loss, accuracy, the learning
 * rate if it changes, λ_max with its residual, the trace with its standard error, and the spectral
 * density. A diagram without data is left out. What is unknown or not finite is a gap. Legends say
 * the last values.
 *
 * <p>The density is a map of colours on a scale that is linear around zero and logarithmic beyond;
 * a column lasts from half-way after the measurement before to half-way to the next. The Gaussian
 * that replaces each Ritz value has a hundredth of that scale as standard deviation, so {@link
 * FigureOptions#sigma2} has to be null.
 *
 * <p>The same log gives the same bytes on every machine.
 */
public final class TrainingPlot {
  private TrainingPlot() {}

  /**
   * Writes the figure as SVG, in which text is text; whole or not at all.
   *
   * @throws IllegalArgumentException if the options ask for a smoothing
   * @throws dev.hesse.io.BadInputException if the log has nothing to draw, or more than the height
   *     has room for
   * @throws IOException if the file cannot be written
   */
  public static void writeSvg(TrainingLog log, FigureOptions options, Path target)
      throws IOException {
    Figure figure = TrainingFigure.of(log, options, new Typeface());
    AtomicFile.write(target, out -> SvgImage.write(figure, out));
  }

  /**
   * Writes the figure as a PDF of one page with its typeface embedded; whole or not at all.
   *
   * @throws IllegalArgumentException if the options ask for a smoothing
   * @throws dev.hesse.io.BadInputException if the log has nothing to draw, or more than the height
   *     has room for
   * @throws IOException if the file cannot be written
   */
  public static void writePdf(TrainingLog log, FigureOptions options, Path target)
      throws IOException {
    Typeface typeface = new Typeface();
    Figure figure = TrainingFigure.of(log, options, typeface);
    AtomicFile.write(target, out -> PdfImage.write(figure, typeface, out));
  }
}
