package dev.hesse.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scale from values to places along an axis. */
sealed interface Axis permits LinearAxis, LogAxis, SymlogAxis, PlacesAxis {

  /**
   * A place that the axis points out.
   *
   * @param label what stands there; null for nothing
   * @param line whether the figure has a line there
   */
  record Tick(double value, @Nullable Label label, boolean line) {
    Tick(double value, @Nullable Label label) {
      this(value, label, true);
    }
  }

  /** Where a value is: 0 at the axis's start, 1 at its end. */
  double fraction(double value);

  /** In ascending order. */
  List<Tick> ticks();

  /** The power of ten that tick labels leave out; 0 for none. */
  int exponent();
}
