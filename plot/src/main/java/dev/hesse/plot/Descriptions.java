package dev.hesse.plot;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.TrainingLog;
import java.util.Locale;

/** What a report is about, in words. */
final class Descriptions {
  private Descriptions() {}

  static String title(HessianReport report, FigureOptions options) {
    String given = options.title();
    String curvature = matrix(report).replace(" matrix", "");
    return given == null ? curvature + " spectrum of " + report.model().architecture() : given;
  }

  static String title(TrainingLog log, FigureOptions options) {
    String given = options.title();
    return given == null ? "Training of " + log.model().architecture() : given;
  }

  static String title(Landscape landscape, FigureOptions options) {
    String given = options.title();
    return given == null ? "Loss landscape of " + landscape.model().architecture() : given;
  }

  /** The name of the curvature matrix. */
  static String matrix(HessianReport report) {
    return switch (report.curvature()) {
      case "ggn" -> "Gauss-Newton matrix";
      case "fisher" -> "Fisher matrix";
      case "fisher-mc" -> "sampled Fisher matrix";
      case "empirical-fisher" -> "empirical Fisher matrix";
      case "gradient-covariance" -> "gradients' covariance";
      default -> "Hessian";
    };
  }

  /** Model file, number of parameters, and examples; files without their folders. */
  static String subtitle(HessianReport report) {
    return subtitle(report.model(), report.data());
  }

  /** The same of a landscape. */
  static String subtitle(Landscape landscape) {
    return subtitle(landscape.model(), landscape.data());
  }

  private static String subtitle(HessianReport.Model model, HessianReport.Data data) {
    String split = data.split() == null ? "" : " (" + data.split() + ")";
    return String.format(
        Locale.ROOT,
        "%s, %,d parameters; %,d examples of %s%s",
        fileName(model.source()),
        model.parameters(),
        data.examples(),
        fileName(data.source().replaceFirst(", .*", "")),
        split);
  }

  /** Number of parameters, and examples. */
  static String subtitle(TrainingLog log) {
    TrainingLog.Data data = log.data();
    return String.format(
        Locale.ROOT,
        "%,d parameters; %,d training and %,d test examples of %s",
        log.model().parameters(),
        data.trainExamples(),
        data.testExamples(),
        fileName(data.source().replaceFirst(", .*", "")));
  }

  private static String fileName(String path) {
    String trimmed = path.replaceAll("[/\\\\]+$", "");
    return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
  }
}
