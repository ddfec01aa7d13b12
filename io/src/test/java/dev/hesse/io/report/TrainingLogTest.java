package dev.hesse.io.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.TestData;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Data;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.io.report.TrainingLog.Model;
import dev.hesse.io.report.TrainingLog.Option;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingLogTest {
  private static final TrainingLog LOG =
      new TrainingLog(
          new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu"),
          new Model("ResNet20", 272_474),
          new Data("cifar", 50_000, 10_000),
          List.of(
              new Option.Whole("batchSize", 128),
              new Option.Real("lr", 0.1),
              new Option.Real("weightDecay", 0),
              new Option.Text("schedule", "step \"π\"\n"),
              new Option.Flag("residual", false)),
          List.of(
              new Epoch(1, 0.1, 0.1 + 0.2, 0.4, 1.7, 0.38, 61.5, 0.15),
              new Epoch(2, 0.01, Double.MIN_VALUE, 0.5, 1e22 / 3, 0.45, 60, 0.15)),
          List.of(curvature(0, List.of(new Eigenvalue(-0.5, 0.25))), curvature(2, List.of())));

  @TempDir Path folder;
  private Path file;

  private static Curvature curvature(int epoch, List<Eigenvalue> bottom) {
    return new Curvature(
        epoch,
        2.5,
        new Eigenvalues("lanczos", true, 30, List.of(new Eigenvalue(3, 1e-3)), bottom),
        new Trace("hutchinson", false, 100, 100, 1e22 / 3, 12.5),
        List.of(
            Run.of(new double[] {-1, 0, 3}, new double[] {0.1, 0.8, 0.1}),
            Run.of(new double[] {2}, new double[] {1})),
        130,
        14.5);
  }

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("training.json");
  }

  private String written(TrainingLog log) throws IOException {
    TrainingLogWriter.write(log, file);
    return Files.readString(file);
  }

  private TrainingLog read(String document) throws IOException {
    Files.writeString(file, document);
    return TrainingLogReader.read(file);
  }

  @Test
  void everyBitComesBack() throws IOException {
    written(LOG);
    assertThat(TrainingLogReader.read(file)).isEqualTo(LOG);
    assertThat(folder.toFile().list()).containsExactly("training.json");
  }

  @Test
  void aRunThatHasJustStartedComesBack() throws IOException {
    TrainingLog log =
        new TrainingLog(LOG.tool(), LOG.model(), LOG.data(), List.of(), List.of(), List.of());
    written(log);
    assertThat(TrainingLogReader.read(file)).isEqualTo(log);
  }

  @Test
  void membersAreNamedAndNestedAsDocumented() throws IOException {
    assertThat(written(LOG).replaceAll("\\s", ""))
        .startsWith("{\"schemaVersion\":1,\"tool\":{\"name\":\"hesse\",\"version\":\"0.1.0\",")
        .contains(
            "\"model\":{\"architecture\":\"ResNet20\",\"parameters\":272474}",
            "\"data\":{\"source\":\"cifar\",\"trainExamples\":50000,\"testExamples\":10000}",
            "\"options\":{\"batchSize\":128,\"lr\":0.1,\"weightDecay\":0.0,\"schedule\":",
            "\"residual\":false}",
            "{\"epoch\":1,\"learningRate\":0.1,\"trainLoss\":0.30000000000000004,"
                + "\"trainAccuracy\":0.4,\"testLoss\":1.7,\"testAccuracy\":0.38,"
                + "\"seconds\":61.5,\"stepSeconds\":0.15}",
            "\"curvature\":[{\"epoch\":0,\"loss\":2.5,\"eigenvalues\":{\"method\":\"lanczos\",",
            "\"density\":[{\"nodes\":[-1.0,0.0,3.0],\"weights\":[0.1,0.8,0.1]},{",
            "\"hvps\":130,\"seconds\":14.5}");
  }

  @Test
  void aDivergedLossReadsAsNaN() throws IOException {
    Epoch diverged = new Epoch(1, 0.1, Double.NaN, 0.1, Double.POSITIVE_INFINITY, 0.1, 60, 0.15);
    String document =
        written(
            new TrainingLog(
                LOG.tool(), LOG.model(), LOG.data(), List.of(), List.of(diverged), List.of()));
    assertThat(document).contains("\"trainLoss\" : null", "\"testLoss\" : null");
    assertThat(TrainingLogReader.read(file).epochs().get(0).testLoss()).isNaN();
  }

  @Test
  void theEndsOfTheSpectrumAreTheFirstEigenvalues() {
    assertThat(LOG.curvature().get(0).lambdaMax()).isEqualTo(new Eigenvalue(3, 1e-3));
    assertThat(LOG.curvature().get(0).lambdaMin()).isEqualTo(new Eigenvalue(-0.5, 0.25));
    assertThat(LOG.curvature().get(1).lambdaMin()).isNull();
  }

  @Test
  void contentTellsALogFromAnAnalysis() throws IOException {
    written(LOG);
    assertThat(Report.read(file)).isEqualTo(LOG);
    ReportWriter.write(Reports.full(), file);
    assertThat(Report.read(file)).isEqualTo(Reports.full());
  }

  /** The file is another program's: names, order and number formats are not the writer's doing. */
  @Test
  void logsOfThisVersionStayReadable() throws IOException {
    TrainingLog log = TrainingLogReader.read(TestData.trainingLog());
    assertThat(log.model()).isEqualTo(new Model("ResNet8", 78_042));
    assertThat(log.options())
        .startsWith(new Option.Whole("batchSize", 128), new Option.Whole("epochs", 12))
        .contains(new Option.Real("weightDecay", 5e-4), new Option.Flag("batchNorm", true));
    assertThat(log.epochs()).extracting(Epoch::epoch).containsSequence(11, 12).hasSize(12);
    assertThat(log.epochs().get(8).learningRate()).isEqualTo(0.01);
    assertThat(log.curvature()).extracting(Curvature::epoch).containsExactly(0, 4, 8, 12);
    assertThat(log.curvature().get(2).lambdaMax()).isEqualTo(new Eigenvalue(360, 40));
    assertThat(log.curvature().get(3).trace().standardError()).isEqualTo(85);
    assertThat(log.curvature().get(0).density().get(0).nodes()).hasSize(16).contains(-2.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"schemaVersion\" : 1 | \"schemaVersion\" : 2 | has schema version 2, newer than 1",
        "\"epochs\" : [ | \"epochs\" : 2, \"old\" : [ | \"epochs\" is not a list",
        "\"epochs\" : | \"eras\" : | line 1, column 1: \"epochs\" is missing",
        "\"curvature\" : | \"bends\" : | line 1, column 1: \"curvature\" is missing",
        "\"epoch\" : 1, | \"epoch\" : 0, | \"epoch\" is 0, not from 1 to 2147483647",
        "\"epoch\" : 1, | \"epoch\" : 1.5, | \"epoch\" is not a whole number",
        "\"epoch\" : 1, | \"epoch\" : 2, | epochs in ascending order, got epoch 2 after 2",
        "\"epoch\" : 0, | \"epoch\" : 5, | curvature in ascending order, got epoch 2 after 5",
        "\"epoch\" : 0, | \"epoch\" : -1, | \"epoch\" is -1, not from 0",
        "\"trainLoss\" : 0.3 | \"trainLoss\" : \"\", \"old\" : 0.3 | is not a number or null",
        "\"stepSeconds\" | \"stepHours\" | \"stepSeconds\" is missing",
        "\"lr\" : 0.1 | \"lr\" : [ 0.1 ] | \"lr\" is not a text, a number, true or false",
        "\"lr\" : 0.1 | \"lr\" : null | \"lr\" is not a text, a number, true or false",
        "\"lr\" : 0.1 | \"lr\" : { } | \"lr\" is not a text, a number, true or false",
        "\"lr\" : 0.1 | \"lr\" : 1e999 | a number beyond a double",
        "\"lr\" : 0.1 | \"batchSize\" : 0.1 | not valid JSON",
        "\"trainExamples\" : 50000 | \"trainExamples\" : -1 | \"trainExamples\" is -1, not from 0",
        "\"top\" : [ { | \"top\" : [ ], \"old\" : [ { | at least one eigenvalue at the top",
        "\"density\" : [ { | \"density\" : [ ], \"old\" : [ { | at least one run, got none",
        "\"nodes\" : [ 2.0 | \"nodes\" : [ null | \"nodes\" is not a list of numbers",
        "\"weights\" : [ 1.0 | \"weights\" : [ 0.0 | expected weights about 1 in sum, got 0.0",
      })
  void saysWhatIsWrong(String from, String to, String message) throws IOException {
    String document = written(LOG);
    assertThat(document).contains(from);
    assertThatThrownBy(() -> read(document.replace(from, to)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatNoLogCanHold() {
    assertThatThrownBy(() -> new Option.Real("lr", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected lr finite, got NaN");
    List<Option> twice = List.of(new Option.Whole("seed", 1), new Option.Text("seed", "1"));
    assertThatThrownBy(
            () -> new TrainingLog(LOG.tool(), LOG.model(), LOG.data(), twice, List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected options with different names, got 1 names for 2");
  }

  @Test
  void noCutOrFlippedByteEscapesAsAnythingElse() throws IOException {
    String document = written(LOG);
    for (int length = 0; length < document.stripTrailing().length(); length++) {
      String cut = document.substring(0, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(BadInputException.class);
    }
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] flipped = bytes.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      try {
        Report.read(file);
      } catch (BadInputException e) {
        assertThat(e).message().doesNotContain("\n");
      }
    }
  }
}
