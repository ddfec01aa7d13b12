package dev.hesse.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Values over epochs or other places.
 *
 * @param label for the legend
 * @param dotted whether values have dots where there is room; otherwise they are a line alone
 * @param dashed whether the line is one of dashes
 * @param samples in ascending order of places
 */
record Series(Label label, Color color, boolean dotted, boolean dashed, List<Sample> samples) {
  /** Values beyond count as unknown, below as zero: their axis would have no numbers. */
  private static final double LARGEST = 1e100;

  private static final double SMALLEST = 1e-100;

  /**
   * One value.
   *
   * @param place such as an epoch
   * @param value not a number where it is unknown
   * @param error half the length of its error bar; 0 for none
   */
  record Sample(double place, double value, double error) {
    Sample {
      value = Math.abs(value) <= LARGEST ? value : Double.NaN;
      value = Math.abs(value) < SMALLEST ? 0 : value;
      error = error > SMALLEST && error <= LARGEST ? error : 0;
    }

    boolean known() {
      return !Double.isNaN(value);
    }
  }

  Series(Label label, Color color, boolean dotted, List<Sample> samples) {
    this(label, color, dotted, /* dashed= */ false, samples);
  }

  Series {
    samples = List.copyOf(samples);
  }

  /** Whether there is anything to see. */
  boolean known() {
    return samples.stream().anyMatch(Sample::known);
  }

  /** The known values. */
  DoubleStream values() {
    return samples.stream().filter(Sample::known).mapToDouble(Sample::value);
  }

  /** The samples without the unknown ones, which part it into runs. */
  List<List<Sample>> runs() {
    List<List<Sample>> runs = new ArrayList<>();
    List<Sample> run = new ArrayList<>();
    for (Sample sample : samples) {
      if (sample.known()) {
        run.add(sample);
      } else if (!run.isEmpty()) {
        runs.add(run);
        run = new ArrayList<>();
      }
    }
    if (!run.isEmpty()) {
      runs.add(run);
    }
    return runs;
  }
}
