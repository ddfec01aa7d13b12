package dev.hesse.io.report;

import dev.hesse.io.json.JsonDocument;
import dev.hesse.io.json.JsonObject;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Data;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLog.Model;
import dev.hesse.io.report.TrainingLog.Option;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the logs that {@link TrainingLogWriter} wrote, as strictly as {@link ReportReader}. */
public final class TrainingLogReader {
  private TrainingLogReader() {}

  /**
   * Reads a log.
   *
   * @throws dev.hesse.io.BadInputException if the file is no log, or a newer version's
   * @throws IOException if it cannot be read
   */
  public static TrainingLog read(Path file) throws IOException {
    return log(JsonDocument.read(file, Report.REMEDY));
  }

  static TrainingLog log(JsonObject root) {
    root.requireVersion(TrainingLog.SCHEMA_VERSION);
    return root.as(
        json ->
            new TrainingLog(
                json.object("tool", ReportReader::tool),
                json.object("model", TrainingLogReader::model),
                json.object("data", TrainingLogReader::data),
                json.object("options", TrainingLogReader::options),
                json.objects("epochs", TrainingLogReader::epoch),
                json.objects("curvature", TrainingLogReader::curvature)));
  }

  private static Model model(JsonObject json) {
    return new Model(json.text("architecture"), json.count("parameters"));
  }

  private static Data data(JsonObject json) {
    return new Data(
        json.text("source"), json.smallCount("trainExamples"), json.smallCount("testExamples"));
  }

  private static List<Option> options(JsonObject json) {
    List<Option> options = new ArrayList<>();
    for (String name : json.names()) {
      Object value = json.scalar(name);
      if (value instanceof String text) {
        options.add(new Option.Text(name, text));
      } else if (value instanceof Boolean flag) {
        options.add(new Option.Flag(name, flag));
      } else if (value instanceof Long whole) {
        options.add(new Option.Whole(name, whole));
      } else {
        options.add(new Option.Real(name, json.number(name)));
      }
    }
    return options;
  }

  private static Epoch epoch(JsonObject json) {
    return new Epoch(
        (int) json.whole("epoch", 1, Integer.MAX_VALUE),
        json.number("learningRate"),
        json.number("trainLoss"),
        json.number("trainAccuracy"),
        json.number("testLoss"),
        json.number("testAccuracy"),
        json.number("seconds"),
        json.number("stepSeconds"));
  }

  private static Curvature curvature(JsonObject json) {
    return new Curvature(
        json.smallCount("epoch"),
        json.number("loss"),
        json.object("eigenvalues", ReportReader::eigenvalues),
        json.object("trace", ReportReader::trace),
        json.objects("density", ReportReader::run),
        json.count("hvps"),
        json.number("seconds"));
  }
}
