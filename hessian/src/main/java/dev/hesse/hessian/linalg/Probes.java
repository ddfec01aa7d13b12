package dev.hesse.hessian.linalg;

/**
 * Random probe vectors of which entry j of probe i is a function of (seed, i, j) alone, so that
 * results depend on neither blocking, order nor partitions.
 *
 * <p>A probe's words are SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014), started from a hash of seed, distribution and i. The generator is part
 * of this class and its floating-point functions are {@link StrictMath}'s, so a seed means the same
 * numbers on every machine and Java release.
 *
 * @param seed any value
 */
public record Probes(long seed) {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final long RADEMACHER = 1;
  private static final long GAUSSIAN = 2;
  private static final long UNIFORM = 3;

  /** Probe {@code index} of n independent signs, +1 or −1 with probability ½ each. */
  public double[] rademacher(int index, int n) {
    long key = key(RADEMACHER, index);
    double[] v = new double[n];
    Chunks.forEach(
        n,
        (from, to) -> {
          for (int j = from; j < to; j++) {
            v[j] = (word(key, j >>> 6) >>> (j & 63) & 1) == 0 ? 1 : -1;
          }
        });
    return v;
  }

  /** Probe {@code index} of n independent standard normal entries, by Box and Muller's method. */
  public double[] gaussian(int index, int n) {
    long key = key(GAUSSIAN, index);
    double[] v = new double[n];
    // Chunks begin at even coordinates.
    Chunks.forEach(
        n,
        (from, to) -> {
          for (int j = from; j < to; j += 2) {
            double radius = StrictMath.sqrt(-2 * StrictMath.log(uniform(word(key, j))));
            double angle = 2 * Math.PI * uniform(word(key, j + 1));
            v[j] = radius * StrictMath.cos(angle);
            if (j + 1 < n) {
              v[j + 1] = radius * StrictMath.sin(angle);
            }
          }
        });
    return v;
  }

  /** Probe {@code index} of n independent numbers, uniform in (0, 1). */
  public double[] uniform(int index, int n) {
    long key = key(UNIFORM, index);
    double[] v = new double[n];
    for (int j = 0; j < n; j++) {
      v[j] = uniform(word(key, j));
    }
    return v;
  }

  private long key(long distribution, int index) {
    return mix(mix(mix(seed) + distribution) + index);
  }

  private static long word(long key, int position) {
    return mix(key + GOLDEN * (position + 1L));
  }

  /** The top 53 bits as a number in (0, 1). */
  private static double uniform(long word) {
    return ((word >>> 11) + 0.5) * 0x1p-53;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
