package dev.hesse.cli;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.plot.FigureOptions;
import dev.hesse.plot.SpectrumPlot;
import dev.hesse.plot.TrainingPlot;
import java.nio.file.Path;

/** The figures of a report and their file names. */
final class Plots {
  private Plots() {}

  static void add(HessianReport report, FigureOptions options, Path folder, Outputs outputs) {
    outputs.add(
        folder.resolve("example.svg"), target -> SpectrumPlot.writeSvg(report, options, target));
    outputs.add(
        folder.resolve("example.pdf"), target -> SpectrumPlot.writePdf(report, options, target));
  }

  static void add(TrainingLog log, FigureOptions options, Path folder, Outputs outputs) {
    outputs.add(
        folder.resolve("training.svg"), target -> TrainingPlot.writeSvg(log, options, target));
    outputs.add(
        folder.resolve("training.pdf"), target -> TrainingPlot.writePdf(log, options, target));
  }
}
