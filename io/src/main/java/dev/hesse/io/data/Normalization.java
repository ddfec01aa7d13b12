package dev.hesse.io.data;

import java.util.List;

/**
 * Per-channel standardisation of images: a value v of channel c becomes (v − mean[c]) / std[c],
 * computed in double and rounded to float once. Bytes are first scaled to v = byte / 255.
 *
 * @param mean one finite number per channel, in the units of [0, 1]-scaled pixels
 * @param std as many positive finite numbers
 */
public record Normalization(List<Double> mean, List<Double> std) {

  /** The channel statistics of CIFAR-10 that its networks are customarily trained with. */
  public static final Normalization CIFAR =
      new Normalization(List.of(0.4914, 0.4822, 0.4465), List.of(0.2023, 0.1994, 0.2010));

  /**
   * @throws IllegalArgumentException if the lists differ in length, are empty, or hold a number
   *     outside its range
   */
  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "expected one mean and one standard deviation per channel, got %d and %d"
              .formatted(mean.size(), std.size()));
    }
    for (double m : mean) {
      if (!Double.isFinite(m)) {
        throw new IllegalArgumentException("expected finite means, got " + m);
      }
    }
    for (double s : std) {
      if (!(s > 0 && Double.isFinite(s))) {
        throw new IllegalArgumentException("expected positive standard deviations, got " + s);
      }
    }
  }

  /** The number of channels. */
  public int channels() {
    return mean.size();
  }

  /** The normalised value of {@code value} in the given channel. */
  float apply(int channel, double value) {
    return (float) ((value - mean.get(channel)) / std.get(channel));
  }

  /** The normalised value of every byte, as {@code [channel][byte]}. */
  float[][] ofBytes() {
    float[][] table = new float[channels()][256];
    for (int channel = 0; channel < table.length; channel++) {
      for (int value = 0; value < 256; value++) {
        table[channel][value] = apply(channel, value / 255.0);
      }
    }
    return table;
  }
}
