package dev.hesse.plot;

import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.plot.Spectrum.Curve;
import dev.hesse.plot.Spectrum.Extreme;
import java.awt.Color;
import org.jspecify.annotations.Nullable;

/** What the legend of a spectrum says. */
final class SpectrumLegend {
  private static final int DIGITS = 5;

  private SpectrumLegend() {}

  static Legend of(Spectrum spectrum, @Nullable Trace trace) {
    Legend legend = new Legend();
    Curve density = spectrum.density();
    if (density != null) {
      Label sigma = Numerals.rounded(density.sigma(), 3);
      Label label = Label.of("density (σ = ").then(sigma).then(")");
      legend.add(Legend.Symbol.LINE, Palette.DENSITY, label);
      density
          .band()
          .ifPresent(text -> legend.add(Legend.Symbol.BAND, Palette.BAND, Label.of(text)));
    }
    addExtreme(legend, "max", spectrum.largest(), Palette.TOP);
    addExtreme(legend, "min", spectrum.smallest(), Palette.BOTTOM);
    if (trace != null) {
      Label value = Numerals.withError(trace.value(), trace.standardError());
      legend.add(Legend.Symbol.NONE, Palette.INK, Label.of("trace = ").then(value));
    }
    return legend;
  }

  private static void addExtreme(
      Legend legend, String which, @Nullable Extreme extreme, Color color) {
    if (extreme != null) {
      Label name = Label.of("λ").sub(which).then(extreme.estimated() ? " ≈ " : " = ");
      legend.add(
          extreme.estimated() ? Legend.Symbol.HOLLOW_MARK : Legend.Symbol.MARK,
          color,
          name.then(Numerals.rounded(extreme.value(), DIGITS)));
    }
  }
}
