package dev.hesse.plot;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.TrainingLog;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What a report is about, in words. */
final class Descriptions {
  private Descriptions() {}

  static String title(HessianReport report, FigureOptions options) {
    String given = options.title();
    String curvature = matrix(report).replace(" matrix", "");
    return given == null ? curvature + " spectrum of " + report.model().architecture() : given;
  }

  /** Of several reports; names what they have in common. */
  static String title(List<HessianReport> reports, FigureOptions options) {
    String given = options.title();
    if (given != null) {
      return given;
    }
    String matrix =
        common(reports, Descriptions::matrix).orElse("Curvature").replace(" matrix", "");
    return "%s spectra of %s"
        .formatted(
            matrix,
            common(reports, report -> report.model().architecture())
                .orElse(reports.size() + " reports"));
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

  /** The same of several reports, as far as they have it in common. */
  static String subtitle(List<HessianReport> reports) {
    IntSummaryStatistics examples =
        reports.stream().mapToInt(report -> report.data().examples()).summaryStatistics();
    String number = String.format(Locale.ROOT, "%,d", examples.getMin());
    if (examples.getMax() > examples.getMin()) {
      number += String.format(Locale.ROOT, " to %,d", examples.getMax());
    }
    return common(reports, report -> model(report.model()) + "; ").orElse("")
        + number
        + " examples"
        + common(reports, report -> " of " + source(report.data())).orElse("");
  }

  private static Optional<String> common(
      List<HessianReport> reports, Function<HessianReport, String> property) {
    List<String> distinct = reports.stream().map(property).distinct().toList();
    return distinct.size() == 1 ? Optional.of(distinct.get(0)) : Optional.empty();
  }

  /** The same of a landscape. */
  static String subtitle(Landscape landscape) {
    return subtitle(landscape.model(), landscape.data());
  }

  private static String subtitle(HessianReport.Model model, HessianReport.Data data) {
    return String.format(
        Locale.ROOT, "%s; %,d examples of %s", model(model), data.examples(), source(data));
  }

  private static String model(HessianReport.Model model) {
    return String.format(
        Locale.ROOT, "%s, %,d parameters", fileName(model.source()), model.parameters());
  }

  private static String source(HessianReport.Data data) {
    String split = data.split() == null ? "" : " (" + data.split() + ")";
    return fileName(data.source().replaceFirst(", .*", "")) + split;
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
