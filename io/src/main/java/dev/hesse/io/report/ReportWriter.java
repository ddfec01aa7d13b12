package dev.hesse.io.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a report as JSON.
 *
 * <p>Numbers keep every bit: {@link ReportReader} gets back what was written. JSON has no NaN and
 * no infinities; they are written as {@code null}, which reads back as NaN.
 */
public final class ReportWriter {
  private final JsonGenerator json;

  private ReportWriter(JsonGenerator json) {
    this.json = json;
  }

  /** Writes {@code report.json}, whole or not at all. */
  public static void write(HessianReport report, Path target) throws IOException {
    AtomicFile.write(target, out -> write(report, out));
  }

  /** Writes the document and a final line feed; leaves the stream open. */
  public static void write(HessianReport report, OutputStream out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      new ReportWriter(json).report(report);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private void report(HessianReport report) throws IOException {
    count("schemaVersion", HessianReport.SCHEMA_VERSION);
    object("tool", report.tool(), this::tool);
    object("model", report.model(), this::model);
    object("data", report.data(), this::data);
    number("loss", report.loss());
    number("accuracy", report.accuracy());
    number("gradientNorm", report.gradientNorm());
    text("curvature", report.curvature());
    count("seed", report.seed());
    object("checks", report.checks(), this::checks);
    object("eigenvalues", report.eigenvalues(), this::eigenvalues);
    object("trace", report.trace(), this::trace);
    object("density", report.density(), this::density);
    if (!report.layers().isEmpty()) {
      objects("layers", report.layers(), this::layer);
    }
    object("cost", report.cost(), this::cost);
  }

  private void tool(Tool tool) throws IOException {
    text("name", tool.name());
    text("version", tool.version());
    text("tensorflow", tool.tensorflow());
    text("java", tool.java());
    text("device", tool.device());
  }

  private void model(Model model) throws IOException {
    text("source", model.source());
    text("sha256", model.sha256());
    text("architecture", model.architecture());
    count("parameters", model.parameters());
  }

  private void data(Data data) throws IOException {
    text("source", data.source());
    text("split", data.split());
    text("order", data.order());
    count("examples", data.examples());
    count("miniBatch", data.miniBatch());
  }

  private void checks(Checks checks) throws IOException {
    flag("deterministic", checks.deterministic());
    number("symmetry", checks.symmetry());
    json.writeArrayFieldStart("unusedParameters");
    for (String name : checks.unusedParameters()) {
      json.writeString(name);
    }
    json.writeEndArray();
  }

  private void eigenvalues(Eigenvalues eigenvalues) throws IOException {
    text("method", eigenvalues.method());
    flag("converged", eigenvalues.converged());
    count("hvps", eigenvalues.hvps());
    objects("top", eigenvalues.top(), this::eigenvalue);
    objects("bottom", eigenvalues.bottom(), this::eigenvalue);
  }

  private void eigenvalue(Eigenvalue eigenvalue) throws IOException {
    number("value", eigenvalue.value());
    number("residual", eigenvalue.residual());
  }

  private void trace(Trace trace) throws IOException {
    text("method", trace.method());
    flag("converged", trace.converged());
    count("hvps", trace.hvps());
    count("samples", trace.samples());
    number("value", trace.value());
    number("standardError", trace.standardError());
  }

  private void density(Density density) throws IOException {
    count("hvps", density.hvps());
    number("sigma2", density.sigma2());
    objects("runs", density.runs(), this::run);
    numbers("grid", density.grid());
    numbers("values", density.values());
  }

  private void run(Run run) throws IOException {
    numbers("nodes", run.nodes());
    numbers("weights", run.weights());
  }

  private void layer(Layer layer) throws IOException {
    text("name", layer.name());
    count("size", layer.size());
    number("trace", layer.trace());
    number("standardError", layer.standardError());
  }

  private void cost(Cost cost) throws IOException {
    count("hvps", cost.hvps());
    number("seconds", cost.seconds());
    number("hvpSeconds", cost.hvpSeconds());
    number("forwardSeconds", cost.forwardSeconds());
    if (cost.keptBytes() != null) {
      count("keptBytes", cost.keptBytes());
    }
  }

  /** Writes the members of one object. */
  private interface Members<T> {
    void write(T value) throws IOException;
  }

  private <T> void object(String name, @Nullable T value, Members<T> members) throws IOException {
    if (value != null) {
      json.writeObjectFieldStart(name);
      members.write(value);
      json.writeEndObject();
    }
  }

  private <T> void objects(String name, List<T> values, Members<T> members) throws IOException {
    json.writeArrayFieldStart(name);
    for (T value : values) {
      json.writeStartObject();
      members.write(value);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void text(String name, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private void count(String name, long value) throws IOException {
    json.writeNumberField(name, value);
  }

  private void flag(String name, boolean value) throws IOException {
    json.writeBooleanField(name, value);
  }

  private void number(String name, @Nullable Double value) throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      number(value);
    }
  }

  private void numbers(String name, List<Double> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (double value : values) {
      number(value);
    }
    json.writeEndArray();
  }

  private void number(double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }
}
