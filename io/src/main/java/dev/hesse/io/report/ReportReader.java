package dev.hesse.io.report;

import dev.hesse.io.json.JsonDocument;
import dev.hesse.io.json.JsonObject;
import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.SpectralSum;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads reports that {@link ReportWriter} wrote. Members that it does not know are ignored, so that
 * reports may gain some; a member that is missing or of another type is an error with line and
 * column. {@code null} in place of a single number reads as NaN; in the density's lists it is an
 * error.
 */
public final class ReportReader {
  private ReportReader() {}

  /**
   * Reads a report.
   *
   * @throws dev.hesse.io.BadInputException if the file is no report, or a newer version's
   * @throws IOException if it cannot be read
   */
  public static HessianReport read(Path file) throws IOException {
    return report(JsonDocument.read(file, Report.REMEDY));
  }

  static HessianReport report(JsonObject root) {
    root.requireVersion(HessianReport.SCHEMA_VERSION);
    return root.as(ReportReader::members);
  }

  private static HessianReport members(JsonObject json) {
    return new HessianReport(
        json.object("tool", ReportReader::tool),
        json.object("model", ReportReader::model),
        json.object("data", ReportReader::data),
        json.number("loss"),
        json.optionalNumber("accuracy"),
        json.optionalNumber("gradientNorm"),
        json.text("curvature"),
        json.optionalText("block"),
        json.has("blockParameters") ? json.count("blockParameters") : null,
        json.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        json.optionalObject("checks", ReportReader::checks),
        json.optionalObject("eigenvalues", ReportReader::eigenvalues),
        json.optionalObject("trace", ReportReader::trace),
        json.optionalObject("density", ReportReader::density),
        json.optionalObject("diagonal", ReportReader::diagonal),
        json.has("layers") ? json.objects("layers", ReportReader::layer) : List.of(),
        json.has("blocks") ? json.objects("blocks", ReportReader::block) : List.of(),
        json.has("batches") ? json.objects("batches", ReportReader::batch) : List.of(),
        json.object("cost", ReportReader::cost));
  }

  static Tool tool(JsonObject json) {
    return new Tool(
        json.text("name"),
        json.text("version"),
        json.optionalText("tensorflow"),
        json.text("java"),
        json.optionalText("device"));
  }

  static Model model(JsonObject json) {
    return new Model(
        json.text("source"),
        json.optionalText("sha256"),
        json.text("architecture"),
        json.count("parameters"),
        json.optionalText("loss"),
        json.optionalText("parameterRule"));
  }

  static Data data(JsonObject json) {
    return new Data(
        json.text("source"),
        json.optionalText("split"),
        json.text("order"),
        json.smallCount("examples"),
        json.smallCount("miniBatch"));
  }

  private static Checks checks(JsonObject json) {
    return new Checks(
        json.flag("deterministic"), json.number("symmetry"), json.texts("unusedParameters"));
  }

  static Eigenvalues eigenvalues(JsonObject json) {
    return new Eigenvalues(
        json.text("method"),
        json.flag("converged"),
        json.count("hvps"),
        json.optionalText("order"),
        json.objects("top", ReportReader::eigenvalue),
        json.objects("bottom", ReportReader::eigenvalue));
  }

  private static Eigenvalue eigenvalue(JsonObject json) {
    return new Eigenvalue(
        json.number("value"),
        json.number("residual"),
        json.optionalNumber("bound"),
        json.optionalNumber("gradientShare"));
  }

  private static HessianReport.Diagonal diagonal(JsonObject json) {
    return new HessianReport.Diagonal(
        json.number("norm"), json.number("standardError"), json.flag("spatiallyAveraged"));
  }

  static Trace trace(JsonObject json) {
    return new Trace(
        json.text("method"),
        json.flag("converged"),
        json.count("hvps"),
        json.smallCount("samples"),
        json.number("value"),
        json.number("standardError"));
  }

  private static Density density(JsonObject json) {
    return new Density(
        json.has("method") ? json.text("method") : Density.LANCZOS,
        json.count("hvps"),
        json.number("sigma2"),
        json.objects("runs", ReportReader::run),
        json.numbers("grid"),
        json.numbers("values"),
        json.optionalObject("outliers", ReportReader::outliers),
        json.has("sums") ? json.objects("sums", ReportReader::sum) : List.of());
  }

  private static Outliers outliers(JsonObject json) {
    return new Outliers(json.smallCount("top"), json.smallCount("bottom"), json.count("dimension"));
  }

  private static SpectralSum sum(JsonObject json) {
    return new SpectralSum(
        json.text("name"),
        json.optionalNumber("argument"),
        json.number("value"),
        json.number("standardError"));
  }

  static Run run(JsonObject json) {
    return json.has("adjusted")
        ? new Run(json.numbers("nodes"), json.numbers("weights"), json.numbers("adjusted"))
        : new Run(json.numbers("nodes"), json.numbers("weights"));
  }

  private static BatchResult batch(JsonObject json) {
    return new BatchResult(
        json.count("first"),
        json.count("examples"),
        json.optionalObject("eigenvalues", ReportReader::eigenvalues),
        json.optionalObject("trace", ReportReader::trace));
  }

  private static BlockResult block(JsonObject json) {
    return new BlockResult(
        json.text("name"),
        json.count("parameters"),
        json.optionalObject("eigenvalues", ReportReader::eigenvalues),
        json.optionalObject("trace", ReportReader::trace),
        json.optionalObject("density", ReportReader::density));
  }

  private static Layer layer(JsonObject json) {
    return new Layer(
        json.text("name"),
        json.count("size"),
        json.number("trace"),
        json.optionalNumber("standardError"));
  }

  private static Cost cost(JsonObject json) {
    return new Cost(
        json.count("hvps"),
        json.number("seconds"),
        json.optionalNumber("hvpSeconds"),
        json.optionalNumber("forwardSeconds"),
        json.has("keptBytes") ? json.count("keptBytes") : null,
        json.optionalText("cluster"));
  }
}
