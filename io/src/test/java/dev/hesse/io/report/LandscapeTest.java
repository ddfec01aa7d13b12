package dev.hesse.io.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LandscapeTest {
  private static final Tool TOOL = new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu");
  private static final Model MODEL = new Model("net.pkl", "00ff", "ResNet20", 272_474);
  private static final Data DATA = new Data("cifar", "train", "shuffled", 200, 100);
  private static final Landscape PLANE =
      new Landscape(
          TOOL,
          MODEL,
          DATA,
          0.1 + 0.2,
          0.86,
          -7,
          List.of(
              new Axis("eigenvector", "of \"λ\"\n", 1, 2495.9, 1e-3, List.of(-0.1, 0.0, 0.1)),
              new Axis("file", "row 2", 1, null, null, List.of(0.0, 1e22 / 3))),
          List.of(1.0, 2.0, 0.1 + 0.2, 4.0, Double.NaN, Double.MIN_VALUE),
          List.of(0.1, 0.2, 0.3, 0.4, Double.NaN, 0.6),
          new Quadratic(
              List.of(1.0, 2.0),
              List.of(3.0, 4.0, 4.0, 5.0),
              List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)),
          new Cost(30, 12.25, 0.08, 0.07));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("landscape.json");
  }

  private String written(Landscape landscape) throws IOException {
    LandscapeWriter.write(landscape, file);
    return Files.readString(file);
  }

  @Test
  void everyBitComesBack() throws IOException {
    written(PLANE);
    assertThat(LandscapeReader.read(file)).isEqualTo(PLANE);
    assertThat(Report.read(file)).isEqualTo(PLANE);
    assertThat(folder.toFile().list()).containsExactly("landscape.json");
  }

  @Test
  void aCurveOfALossAloneComesBack() throws IOException {
    Landscape curve =
        new Landscape(
            TOOL,
            MODEL,
            DATA,
            1,
            null,
            1,
            List.of(new Axis("random", "d", 3.5, null, null, List.of(-1.0, 0.0, 1.0))),
            List.of(3.0, 1.0, 2.0),
            List.of(),
            null,
            new Cost(0, 1, 0.1, 0.1));
    assertThat(written(curve)).doesNotContain("accurac", "quadratic", "eigenvalue", "residual");
    assertThat(LandscapeReader.read(file)).isEqualTo(curve);
  }

  @Test
  void membersAreNamedAndNestedAsDocumented() throws IOException {
    assertThat(written(PLANE).replaceAll("\\s", ""))
        .startsWith("{\"schemaVersion\":1,\"tool\":{\"name\":\"hesse\",\"version\":\"0.1.0\",")
        .contains(
            "\"model\":{\"source\":\"net.pkl\",\"sha256\":\"00ff\",",
            "\"loss\":0.30000000000000004,\"accuracy\":0.86,\"seed\":-7,\"axes\":[{",
            "\"norm\":1.0,\"eigenvalue\":2495.9,\"residual\":0.001,\"coordinates\":[-0.1,0.0,0.1]}",
            "\"losses\":[1.0,2.0,0.30000000000000004,4.0,null,4.9E-324],\"accuracies\":[",
            "\"quadratic\":{\"slopes\":[1.0,2.0],\"curvature\":[3.0,4.0,4.0,5.0],\"losses\":[",
            "\"cost\":{\"hvps\":30,\"seconds\":12.25,\"pointSeconds\":0.08,"
                + "\"forwardSeconds\":0.07}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"loss\" : 0.30000000000000004|\"loss\" : \"x\"|\"loss\" is not a number or null",
        "4.0, null|4.0, true|\"losses\" is not a list of numbers and nulls",
        "4.0, null|4.0|expected 6 losses, got 5",
        "0.4, null|0.4|expected 6 accuracies, got 5",
        "-0.1, 0.0|0.0, -0.1|expected finite coordinates in ascending order",
        "-0.1, 0.0, 0.1|-0.1|expected at least two coordinates, got 1",
        "3.0, 4.0, 4.0, 5.0 ]|3.0 ]|expected 4 curvature, got 1",
        "\"slopes\" : [ 1.0, |\"slopes\" : [ |expected 2 slopes, got 1",
      })
  void whatDoesNotFitIsSaidWithItsPlace(String before, String after, String message)
      throws IOException {
    String document = written(PLANE);
    assertThat(document).contains(before);
    Files.writeString(file, document.replace(before, after));
    assertThatThrownBy(() -> LandscapeReader.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching("(?s).*landscape.json, line \\d+, column \\d+: .*")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"axes\" : [ ]", "\"axes\" : 1"})
  void axesMustBeThere(String axes) throws IOException {
    Files.writeString(
        file, written(PLANE).replaceFirst("(?s)\"axes\" : \\[.*?\\} \\]", axes.replace("$", "")));
    assertThatThrownBy(() -> LandscapeReader.read(file)).isInstanceOf(BadInputException.class);
  }

  @Test
  void aNewerVersionIsRefused() throws IOException {
    Files.writeString(
        file, written(PLANE).replace("\"schemaVersion\" : 1", "\"schemaVersion\" : 2"));
    assertThatThrownBy(() -> Report.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("schema version 2, newer than 1");
  }
}
