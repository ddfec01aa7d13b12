package dev.hesse.plot;

import org.jspecify.annotations.Nullable;

/**
 * What a figure looks like beyond what its report says.
 *
 * @param title the heading; null for one that names the model
 * @param width in points of 1/72 inch, or in pixels of SVG
 * @param height in the same unit
 * @param sigma2 variance of the Gaussian that replaces each Ritz value, in squared eigenvalue
 *     units; null for a standard deviation of 1/{@value #SIGMAS_PER_RANGE_DEFAULT} of the
 *     spectrum's range
 */
public record FigureOptions(
    @Nullable String title, int width, int height, @Nullable Double sigma2) {

  /** How many standard deviations of smoothing span the spectrum unless stated otherwise. */
  public static final int SIGMAS_PER_RANGE_DEFAULT = 200;

  /** Title by the model, a text column wide, smoothing by the spectrum's range. */
  public static final FigureOptions DEFAULT = new FigureOptions(null, 480, 320, null);

  private static final int LEAST_WIDTH = 300;
  private static final int LEAST_HEIGHT = 200;
  private static final int MOST = 5000;

  public FigureOptions {
    if (width < LEAST_WIDTH || width > MOST || height < LEAST_HEIGHT || height > MOST) {
      throw new IllegalArgumentException(
          "expected a figure from %d × %d to %d × %d, got %d × %d"
              .formatted(LEAST_WIDTH, LEAST_HEIGHT, MOST, MOST, width, height));
    }
    if (sigma2 != null && !(sigma2 > 0 && Double.isFinite(sigma2))) {
      throw new IllegalArgumentException("expected a positive variance, got " + sigma2);
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
