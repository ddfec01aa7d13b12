package dev.hesse.cli;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.plot.ComparedReport;
import dev.hesse.plot.ComparisonPlot;
import dev.hesse.plot.FigureOptions;
import dev.hesse.plot.LandscapePlot;
import dev.hesse.plot.LandscapePlot.View;
import dev.hesse.plot.SpectrumPlot;
import dev.hesse.plot.TrainingPlot;
import java.nio.file.Path;
import java.util.List;

/** The figures of reports, a training log or a landscape and their file names. */
final class Plots {
  private Plots() {}

  static void add(HessianReport report, FigureOptions options, Path folder, Outputs outputs) {
    outputs.add(
        folder.resolve("example.svg"), target -> SpectrumPlot.writeSvg(report, options, target));
    outputs.add(
        folder.resolve("example.pdf"), target -> SpectrumPlot.writePdf(report, options, target));
  }

  static void add(
      List<ComparedReport> reports, FigureOptions options, Path folder, Outputs outputs) {
    outputs.add(
        folder.resolve("comparison.svg"),
        target -> ComparisonPlot.writeSvg(reports, options, target));
    outputs.add(
        folder.resolve("comparison.pdf"),
        target -> ComparisonPlot.writePdf(reports, options, target));
  }

  static void add(Landscape landscape, FigureOptions options, Path folder, Outputs outputs) {
    add(landscape, View.PLAN, "landscape", options, folder, outputs);
    if (landscape.axes().size() == 2) {
      add(landscape, View.SURFACE, "landscape-surface", options, folder, outputs);
    }
  }

  private static void add(
      Landscape landscape,
      View view,
      String name,
      FigureOptions options,
      Path folder,
      Outputs outputs) {
    outputs.add(
        folder.resolve(name + ".svg"),
        target -> LandscapePlot.writeSvg(landscape, view, options, target));
    outputs.add(
        folder.resolve(name + ".pdf"),
        target -> LandscapePlot.writePdf(landscape, view, options, target));
  }

  static void add(TrainingLog log, FigureOptions options, Path folder, Outputs outputs) {
    outputs.add(
        folder.resolve("training.svg"), target -> TrainingPlot.writeSvg(log, options, target));
    outputs.add(
        folder.resolve("training.pdf"), target -> TrainingPlot.writePdf(log, options, target));
  }
}
