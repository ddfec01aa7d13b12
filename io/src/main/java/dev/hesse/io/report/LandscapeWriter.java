package dev.hesse.io.report;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Writes a landscape as JSON, with numbers as {@link ReportWriter} writes them. */
public final class LandscapeWriter {
  private LandscapeWriter() {}

  /** Writes {@code landscape.json}, whole or not at all. */
  public static void write(Landscape landscape, Path target) throws IOException {
    AtomicFile.write(target, out -> write(landscape, out));
  }

  /** Writes the document and a final line feed; leaves the stream open. */
  public static void write(Landscape landscape, OutputStream out) throws IOException {
    JsonWriter.write(out, landscape, LandscapeWriter::landscape);
  }

  private static void landscape(JsonWriter json, Landscape landscape) throws IOException {
    json.count("schemaVersion", Landscape.SCHEMA_VERSION);
    json.object("tool", landscape.tool(), ReportWriter::tool);
    json.object("model", landscape.model(), ReportWriter::model);
    json.object("data", landscape.data(), ReportWriter::data);
    json.number("loss", landscape.loss());
    json.number("accuracy", landscape.accuracy());
    json.count("seed", landscape.seed());
    json.objects("axes", landscape.axes(), LandscapeWriter::axis);
    json.numbers("losses", landscape.losses());
    if (!landscape.accuracies().isEmpty()) {
      json.numbers("accuracies", landscape.accuracies());
    }
    json.object("quadratic", landscape.quadratic(), LandscapeWriter::quadratic);
    json.object("cost", landscape.cost(), LandscapeWriter::cost);
  }

  private static void axis(JsonWriter json, Axis axis) throws IOException {
    json.text("direction", axis.direction());
    json.text("description", axis.description());
    json.number("norm", axis.norm());
    json.number("eigenvalue", axis.eigenvalue());
    json.number("residual", axis.residual());
    json.numbers("coordinates", axis.coordinates());
  }

  private static void quadratic(JsonWriter json, Quadratic quadratic) throws IOException {
    json.numbers("slopes", quadratic.slopes());
    json.numbers("curvature", quadratic.curvature());
    json.numbers("losses", quadratic.losses());
  }

  private static void cost(JsonWriter json, Cost cost) throws IOException {
    json.count("hvps", cost.hvps());
    json.number("seconds", cost.seconds());
    json.number("pointSeconds", cost.pointSeconds());
    json.number("forwardSeconds", cost.forwardSeconds());
  }
}
