package dev.hesse.io.report;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Data;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLog.Model;
import dev.hesse.io.report.TrainingLog.Option;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** Writes a training log as JSON, with numbers as {@link ReportWriter} writes them. */
public final class TrainingLogWriter {
  private TrainingLogWriter() {}

  /** Writes {@code training.json}, whole or not at all. */
  public static void write(TrainingLog log, Path target) throws IOException {
    AtomicFile.write(target, out -> JsonWriter.write(out, log, TrainingLogWriter::log));
  }

  /** Writes the same to a stream, which stays open. */
  public static void write(TrainingLog log, OutputStream out) throws IOException {
    JsonWriter.write(out, log, TrainingLogWriter::log);
  }

  private static void log(JsonWriter json, TrainingLog log) throws IOException {
    json.count("schemaVersion", TrainingLog.SCHEMA_VERSION);
    json.object("tool", log.tool(), ReportWriter::tool);
    json.object("model", log.model(), TrainingLogWriter::model);
    json.object("data", log.data(), TrainingLogWriter::data);
    json.object("options", log.options(), TrainingLogWriter::options);
    json.objects("epochs", log.epochs(), TrainingLogWriter::epoch);
    json.objects("curvature", log.curvature(), TrainingLogWriter::curvature);
  }

  private static void model(JsonWriter json, Model model) throws IOException {
    json.text("architecture", model.architecture());
    json.count("parameters", model.parameters());
  }

  private static void data(JsonWriter json, Data data) throws IOException {
    json.text("source", data.source());
    json.count("trainExamples", data.trainExamples());
    json.count("testExamples", data.testExamples());
  }

  private static void options(JsonWriter json, List<Option> options) throws IOException {
    for (Option option : options) {
      if (option instanceof Option.Text text) {
        json.text(text.name(), text.value());
      } else if (option instanceof Option.Flag flag) {
        json.flag(flag.name(), flag.value());
      } else if (option instanceof Option.Whole whole) {
        json.count(whole.name(), whole.value());
      } else if (option instanceof Option.Real real) {
        json.number(real.name(), real.value());
      }
    }
  }

  private static void epoch(JsonWriter json, Epoch epoch) throws IOException {
    json.count("epoch", epoch.epoch());
    json.number("learningRate", epoch.learningRate());
    json.number("trainLoss", epoch.trainLoss());
    json.number("trainAccuracy", epoch.trainAccuracy());
    json.number("testLoss", epoch.testLoss());
    json.number("testAccuracy", epoch.testAccuracy());
    json.number("seconds", epoch.seconds());
    json.number("stepSeconds", epoch.stepSeconds());
  }

  private static void curvature(JsonWriter json, Curvature curvature) throws IOException {
    json.count("epoch", curvature.epoch());
    json.number("loss", curvature.loss());
    json.object("eigenvalues", curvature.eigenvalues(), ReportWriter::eigenvalues);
    json.object("trace", curvature.trace(), ReportWriter::trace);
    json.objects("density", curvature.density(), ReportWriter::run);
    json.count("hvps", curvature.hvps());
    json.number("seconds", curvature.seconds());
  }
}
