package dev.hesse.io.report;

import dev.hesse.io.json.JsonDocument;
import dev.hesse.io.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;

/** What a command wrote down as JSON. */
public sealed interface Report permits HessianReport, TrainingLog, Landscape {
  /** What to do about a file that is no report. */
  String REMEDY = "Take the file as hesse wrote it";

  /**
   * Reads a report of any kind, told apart by content.
   *
   * @throws dev.hesse.io.BadInputException if the file is none, or a newer version's
   * @throws IOException if it cannot be read
   */
  static Report read(Path file) throws IOException {
    JsonObject root = JsonDocument.read(file, REMEDY);
    if (root.has("axes")) {
      return LandscapeReader.landscape(root);
    }
    return root.has("epochs") ? TrainingLogReader.log(root) : ReportReader.report(root);
  }
}
