package dev.hesse.io.report;

import dev.hesse.io.AtomicFile;
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
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Writes a report as JSON.
 *
 * <p>Numbers keep every bit: {@link ReportReader} gets back what was written. JSON has no NaN and
 * no infinities; they are written as {@code null}, which reads back as NaN.
 */
public final class ReportWriter {
  private ReportWriter() {}

  /** Writes {@code report.json}, whole or not at all. */
  public static void write(HessianReport report, Path target) throws IOException {
    AtomicFile.write(target, out -> write(report, out));
  }

  /** Writes the document and a final line feed; leaves the stream open. */
  public static void write(HessianReport report, OutputStream out) throws IOException {
    JsonWriter.write(out, report, ReportWriter::report);
  }

  private static void report(JsonWriter json, HessianReport report) throws IOException {
    json.count("schemaVersion", HessianReport.SCHEMA_VERSION);
    json.object("tool", report.tool(), ReportWriter::tool);
    json.object("model", report.model(), ReportWriter::model);
    json.object("data", report.data(), ReportWriter::data);
    json.number("loss", report.loss());
    json.number("accuracy", report.accuracy());
    json.number("gradientNorm", report.gradientNorm());
    json.text("curvature", report.curvature());
    json.text("block", report.block());
    json.count("blockParameters", report.blockParameters());
    json.count("seed", report.seed());
    json.object("checks", report.checks(), ReportWriter::checks);
    json.object("eigenvalues", report.eigenvalues(), ReportWriter::eigenvalues);
    json.object("trace", report.trace(), ReportWriter::trace);
    json.object("density", report.density(), ReportWriter::density);
    json.object("diagonal", report.diagonal(), ReportWriter::diagonal);
    if (!report.layers().isEmpty()) {
      json.objects("layers", report.layers(), ReportWriter::layer);
    }
    if (!report.blocks().isEmpty()) {
      json.objects("blocks", report.blocks(), ReportWriter::block);
    }
    if (!report.batches().isEmpty()) {
      json.objects("batches", report.batches(), ReportWriter::batch);
    }
    json.object("cost", report.cost(), ReportWriter::cost);
  }

  static void tool(JsonWriter json, Tool tool) throws IOException {
    json.text("name", tool.name());
    json.text("version", tool.version());
    json.text("tensorflow", tool.tensorflow());
    json.text("java", tool.java());
    json.text("device", tool.device());
  }

  static void model(JsonWriter json, Model model) throws IOException {
    json.text("source", model.source());
    json.text("sha256", model.sha256());
    json.text("architecture", model.architecture());
    json.count("parameters", model.parameters());
    json.text("loss", model.loss());
    json.text("parameterRule", model.parameterRule());
  }

  static void data(JsonWriter json, Data data) throws IOException {
    json.text("source", data.source());
    json.text("split", data.split());
    json.text("order", data.order());
    json.count("examples", data.examples());
    json.count("miniBatch", data.miniBatch());
  }

  private static void checks(JsonWriter json, Checks checks) throws IOException {
    json.flag("deterministic", checks.deterministic());
    json.number("symmetry", checks.symmetry());
    json.texts("unusedParameters", checks.unusedParameters());
  }

  static void eigenvalues(JsonWriter json, Eigenvalues eigenvalues) throws IOException {
    json.text("method", eigenvalues.method());
    json.flag("converged", eigenvalues.converged());
    json.count("hvps", eigenvalues.hvps());
    json.text("order", eigenvalues.order());
    json.objects("top", eigenvalues.top(), ReportWriter::eigenvalue);
    json.objects("bottom", eigenvalues.bottom(), ReportWriter::eigenvalue);
  }

  private static void eigenvalue(JsonWriter json, Eigenvalue eigenvalue) throws IOException {
    json.number("value", eigenvalue.value());
    json.number("residual", eigenvalue.residual());
    json.number("bound", eigenvalue.bound());
    json.number("gradientShare", eigenvalue.gradientShare());
  }

  private static void diagonal(JsonWriter json, HessianReport.Diagonal diagonal)
      throws IOException {
    json.number("norm", diagonal.norm());
    json.number("standardError", diagonal.standardError());
    json.flag("spatiallyAveraged", diagonal.spatiallyAveraged());
  }

  static void trace(JsonWriter json, Trace trace) throws IOException {
    json.text("method", trace.method());
    json.flag("converged", trace.converged());
    json.count("hvps", trace.hvps());
    json.count("samples", trace.samples());
    json.number("value", trace.value());
    json.number("standardError", trace.standardError());
  }

  private static void density(JsonWriter json, Density density) throws IOException {
    json.text("method", density.method());
    json.count("hvps", density.hvps());
    json.number("sigma2", density.sigma2());
    json.objects("runs", density.runs(), ReportWriter::run);
    json.numbers("grid", density.grid());
    json.numbers("values", density.values());
    json.object("outliers", density.outliers(), ReportWriter::outliers);
    if (!density.sums().isEmpty()) {
      json.objects("sums", density.sums(), ReportWriter::sum);
    }
  }

  private static void outliers(JsonWriter json, Outliers outliers) throws IOException {
    json.count("top", outliers.top());
    json.count("bottom", outliers.bottom());
    json.count("dimension", outliers.dimension());
  }

  private static void sum(JsonWriter json, SpectralSum sum) throws IOException {
    json.text("name", sum.name());
    json.number("argument", sum.argument());
    json.number("value", sum.value());
    json.number("standardError", sum.standardError());
  }

  static void run(JsonWriter json, Run run) throws IOException {
    json.numbers("nodes", run.nodes());
    json.numbers("weights", run.weights());
    if (!run.adjusted().equals(run.weights())) {
      json.numbers("adjusted", run.adjusted());
    }
  }

  private static void batch(JsonWriter json, BatchResult batch) throws IOException {
    json.count("first", batch.first());
    json.count("examples", batch.examples());
    json.object("eigenvalues", batch.eigenvalues(), ReportWriter::eigenvalues);
    json.object("trace", batch.trace(), ReportWriter::trace);
  }

  private static void block(JsonWriter json, BlockResult block) throws IOException {
    json.text("name", block.name());
    json.count("parameters", block.parameters());
    json.object("eigenvalues", block.eigenvalues(), ReportWriter::eigenvalues);
    json.object("trace", block.trace(), ReportWriter::trace);
    json.object("density", block.density(), ReportWriter::density);
  }

  private static void layer(JsonWriter json, Layer layer) throws IOException {
    json.text("name", layer.name());
    json.count("size", layer.size());
    json.number("trace", layer.trace());
    json.number("standardError", layer.standardError());
  }

  private static void cost(JsonWriter json, Cost cost) throws IOException {
    json.count("hvps", cost.hvps());
    json.number("seconds", cost.seconds());
    json.number("hvpSeconds", cost.hvpSeconds());
    json.number("forwardSeconds", cost.forwardSeconds());
    json.count("keptBytes", cost.keptBytes());
    json.text("cluster", cost.cluster());
  }
}
