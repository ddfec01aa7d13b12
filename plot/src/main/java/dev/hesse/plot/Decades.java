package dev.hesse.plot;

/**
 * The powers of ten over which a spectral density is shown.
 *
 * @param floor where its scale starts
 * @param ceiling where it ends
 */
record Decades(int floor, int ceiling) {
  private static final int LEAST = 3;
  private static final int MOST = 12;

  /** How much of a power of ten is left free above the peak. */
  private static final double HEADROOM = 0.05;

  /**
   * From above the peak down to a third of what one of n eigenvalues adds.
   *
   * @param count n
   * @param sigma standard deviation of the Gaussian that an eigenvalue shows as
   */
  static Decades of(double peak, long count, double sigma) {
    double single = 1 / (Math.max(1, count) * Math.sqrt(2 * Math.PI) * sigma);
    int ceiling = (int) Math.ceil(Math.log10(peak) + HEADROOM);
    int floor = (int) Math.floor(Math.log10(single / 3));
    return new Decades(Math.max(ceiling - MOST, Math.min(ceiling - LEAST, floor)), ceiling);
  }

  /** The powers of ten of both, of which the lowest are left out if they are too many. */
  Decades and(Decades other) {
    int highest = Math.max(ceiling, other.ceiling);
    return new Decades(Math.max(highest - MOST, Math.min(floor, other.floor)), highest);
  }
}
