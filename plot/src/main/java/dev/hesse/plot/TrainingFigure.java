package dev.hesse.plot;

import dev.hesse.io.report.TrainingLog;
import java.util.List;
import java.util.stream.Collectors;

/** The figure of a training run: diagrams over epochs, one below the other. */
final class TrainingFigure {
  private static final double POINTS_PER_TICK = 50;

  /** How much of the axis of epochs is before the first and after the last. */
  private static final double PADDING = 0.02;

  private TrainingFigure() {}

  /**
   * Lays the figure out.
   *
   * @throws dev.hesse.io.BadInputException if the log has nothing to draw, or more than the height
   *     has room for
   */
  static Figure of(TrainingLog log, FigureOptions options, Typeface typeface) {
    if (options.sigma2() != null) {
      throw new IllegalArgumentException(
          "expected no variance for a training log, got " + options.sigma2());
    }
    List<Panel> panels = TrainingPanels.of(log, typeface);
    int last = TrainingPanels.lastEpoch(log);
    double padding = PADDING * last;
    int ticks = (int) Math.round(StackedFigure.panelWidth(options) / POINTS_PER_TICK);
    LinearAxis epochs = LinearAxis.whole(-padding, last + padding, ticks);
    StackedFigure.Text text =
        new StackedFigure.Text(
            Descriptions.title(log, options),
            Descriptions.subtitle(log),
            panels.stream().map(Panel::description).collect(Collectors.joining("; ")));
    PanelStack stack = new PanelStack(panels, epochs, Label.of("Epoch"));
    return new StackedFigure(text, List.of(stack), options, typeface);
  }
}
