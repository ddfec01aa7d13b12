package dev.hesse.plot;

import org.jspecify.annotations.Nullable;

/**
 * What a figure looks like beyond what its report says.
 *
 * @param title the heading; null for one that names the model
 * @param width in points of 1/72 inch, or in pixels of SVG
 * @param height in the same unit; null for what the figure needs
 * @param sigma2 variance of the Gaussian that replaces each Ritz value, in squared eigenvalue
 *     units; null for a standard deviation of 1/{@value #SIGMAS_PER_RANGE_DEFAULT} of the
 *     spectrum's range
 */
public record FigureOptions(
    @Nullable String title, int width, @Nullable Integer height, @Nullable Double sigma2) {

  /** How many standard deviations of smoothing span the spectrum unless stated otherwise. */
  public static final int SIGMAS_PER_RANGE_DEFAULT = 200;

  /** The height of a spectrum unless stated otherwise. */
  public static final int SPECTRUM_HEIGHT_DEFAULT = 320;

  /** Title by the model, a text column wide, smoothing by the spectrum's range. */
  public static final FigureOptions DEFAULT = new FigureOptions(null, 480, null, null);

  private static final int LEAST_WIDTH = 300;
  private static final int LEAST_HEIGHT = 200;
  private static final int MOST = 5000;

  public FigureOptions {
    requireLength("width", width, LEAST_WIDTH);
    if (height != null) {
      requireLength("height", height, LEAST_HEIGHT);
    }
    if (sigma2 != null && !(sigma2 > 0 && Double.isFinite(sigma2))) {
      throw new IllegalArgumentException("expected a positive variance, got " + sigma2);
    }
  }

  private static void requireLength(String name, int length, int least) {
    if (length < least || length > MOST) {
      throw new IllegalArgumentException(
          "expected a %s from %d to %d, got %d".formatted(name, least, MOST, length));
    }
  }

  public FigureOptions withTitle(String newTitle) {
    return new FigureOptions(newTitle, width, height, sigma2);
  }

  public FigureOptions withSize(int newWidth, int newHeight) {
    return new FigureOptions(title, newWidth, newHeight, sigma2);
  }

  public FigureOptions withSigma2(double newSigma2) {
    return new FigureOptions(title, width, height, newSigma2);
  }
}
