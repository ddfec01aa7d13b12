package dev.hesse.io.report;

import dev.hesse.io.json.JsonDocument;
import dev.hesse.io.json.JsonObject;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the landscapes that {@link LandscapeWriter} wrote, as strictly as {@link ReportReader}; in
 * lists over the points, {@code null} reads as NaN.
 */
public final class LandscapeReader {
  private LandscapeReader() {}

  /**
   * Reads a landscape.
   *
   * @throws dev.hesse.io.BadInputException if the file is none, or a newer version's
   * @throws IOException if it cannot be read
   */
  public static Landscape read(Path file) throws IOException {
    return landscape(JsonDocument.read(file, Report.REMEDY));
  }

  static Landscape landscape(JsonObject root) {
    root.requireVersion(Landscape.SCHEMA_VERSION);
    return root.as(LandscapeReader::members);
  }

  private static Landscape members(JsonObject json) {
    return new Landscape(
        json.object("tool", ReportReader::tool),
        json.object("model", ReportReader::model),
        json.object("data", ReportReader::data),
        json.number("loss"),
        json.optionalNumber("accuracy"),
        json.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        json.objects("axes", LandscapeReader::axis),
        json.numbersOrNulls("losses"),
        json.has("accuracies") ? json.numbersOrNulls("accuracies") : List.of(),
        json.optionalObject("quadratic", LandscapeReader::quadratic),
        json.object("cost", LandscapeReader::cost));
  }

  private static Axis axis(JsonObject json) {
    return new Axis(
        json.text("direction"),
        json.text("description"),
        json.number("norm"),
        json.optionalNumber("eigenvalue"),
        json.optionalNumber("residual"),
        json.numbers("coordinates"));
  }

  private static Quadratic quadratic(JsonObject json) {
    return new Quadratic(
        json.numbers("slopes"), json.numbers("curvature"), json.numbersOrNulls("losses"));
  }

  private static Cost cost(JsonObject json) {
    return new Cost(
        json.count("hvps"),
        json.number("seconds"),
        json.number("pointSeconds"),
        json.number("forwardSeconds"));
  }
}
