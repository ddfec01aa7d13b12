package dev.hesse.io.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Layer;
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
import org.junit.jupiter.params.provider.ValueSource;

class ReportRoundTripTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("report.json");
  }

  private String written(HessianReport report) throws IOException {
    ReportWriter.write(report, file);
    return Files.readString(file);
  }

  private HessianReport read(String document) throws IOException {
    Files.writeString(file, document);
    return ReportReader.read(file);
  }

  @Test
  void everyBitComesBack() throws IOException {
    written(Reports.full());
    assertThat(ReportReader.read(file)).isEqualTo(Reports.full());
    written(Reports.minimal());
    assertThat(ReportReader.read(file)).isEqualTo(Reports.minimal());
  }

  @Test
  void blocksComeBack() throws IOException {
    HessianReport full = Reports.full();
    HessianReport blocks =
        new HessianReport(
            full.tool(),
            full.model(),
            full.data(),
            full.loss(),
            full.accuracy(),
            full.gradientNorm(),
            "gradient-covariance",
            "^fc",
            650L,
            full.seed(),
            full.checks(),
            full.eigenvalues(),
            full.trace(),
            full.density(),
            new HessianReport.Diagonal(3.25, 0.5, true),
            full.layers(),
            List.of(
                new BlockResult("fc", 442, full.eigenvalues(), full.trace(), full.density()),
                new BlockResult("bn", 2, null, null, null)),
            List.of(
                new BatchResult(0, 200, full.eigenvalues(), full.trace()),
                new BatchResult(200, 50, null, null)),
            full.cost());
    assertThat(written(blocks)).contains("\"block\" : \"^fc\"", "\"blocks\" : [");
    assertThat(blocks.order()).isEqualTo(650);
    assertThat(full.order()).isEqualTo(full.model().parameters());
    assertThat(ReportReader.read(file)).isEqualTo(blocks);
  }

  @Test
  void partsNotAskedForAreAbsent() throws IOException {
    assertThat(written(Reports.minimal()))
        .startsWith("{\n  \"schemaVersion\" : 1,\n  \"tool\" : {\n")
        .endsWith("}\n")
        .doesNotContain("null")
        .doesNotContain("accuracy", "gradientNorm", "checks", "eigenvalues", "trace", "density")
        .doesNotContain("layers", "sha256", "split", "hvpSeconds");
  }

  @Test
  void membersAreNamedAndNestedAsDocumented() throws IOException {
    String document = written(Reports.full()).replaceAll("\\s", "");
    assertThat(document)
        .contains(
            "\"checks\":{\"deterministic\":true,\"symmetry\":1.0E-7,\"unusedParameters\":[",
            "\"eigenvalues\":{\"method\":\"lanczos\",\"converged\":true,\"hvps\":30,"
                + "\"top\":[{\"value\":3.0,\"residual\":0.001,\"bound\":1.0E-6,"
                + "\"gradientShare\":0.25},"
                + "{\"value\":2.0,\"residual\":0.01}],"
                + "\"bottom\":[{\"value\":-1.0,\"residual\":0.0}]}",
            "\"density\":{\"method\":\"kpm\",\"hvps\":5,\"sigma2\":",
            "\"runs\":[{\"nodes\":[-1.0,0.0,3.0],\"weights\":[0.1,0.8,0.1],"
                + "\"adjusted\":[0.1,0.4,0.5]}],\"grid\":[",
            "\"outliers\":{\"top\":1,\"bottom\":0,\"dimension\":2},\"sums\":["
                + "{\"name\":\"frobeniusNorm\",\"value\":3.5,\"standardError\":0.25},"
                + "{\"name\":\"countAbove\",\"argument\":0.5,",
            "{\"name\":\"fc.bias\",\"size\":10,\"trace\":0.5}",
            "\"cost\":{\"hvps\":135,\"seconds\":12.25,\"hvpSeconds\":0.08,"
                + "\"forwardSeconds\":0.01,\"keptBytes\":800000000,\"cluster\":\"spark://host:7077\"}}");
  }

  @Test
  void numbersThatJsonLacksBecomeNull() throws IOException {
    HessianReport m = Reports.minimal();
    HessianReport report =
        new HessianReport(
            m.tool(),
            m.model(),
            m.data(),
            Double.POSITIVE_INFINITY,
            null,
            Double.NaN,
            "hessian",
            1,
            null,
            null,
            null,
            null,
            List.of(new Layer("a", 1, Double.NaN, null)),
            new Cost(0, 1, null, null, null, null));

    assertThat(written(report))
        .contains("\"loss\" : null", "\"gradientNorm\" : null", "\"trace\" : null")
        .doesNotContain("NaN", "Infinity");
    HessianReport back = ReportReader.read(file);
    assertThat(back.loss()).isNaN();
    assertThat(back.gradientNorm()).isNaN();
    assertThat(back.layers().get(0).trace()).isNaN();
  }

  @Test
  void unknownMembersAreIgnored() throws IOException {
    String document =
        written(Reports.full())
            .replaceFirst("\"seconds\"", "\"memoryBytes\" : [ { \"a\" : null } ], \"seconds\"");
    assertThat(read(document)).isEqualTo(Reports.full());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"schemaVersion\" : 1 | \"schemaVersion\" : 2 | has schema version 2, newer than 1",
        "\"schemaVersion\" : 1 | \"schemaVersion\" : 0 | \"schemaVersion\" is 0, not from 1",
        "\"examples\" : 200 | \"examples\" : \"200\" | \"examples\" is not a whole number",
        "\"examples\" : 200 | \"examples\" : -1 | \"examples\" is -1, not from 0 to 2147483647",
        "\"examples\" : 200 | \"examples\" : 3000000000 | \"examples\" is 3000000000, not from 0",
        "\"examples\" : 200 | \"examples\" : 2.0 | \"examples\" is not a whole number",
        "\"examples\" : 200 | \"examples\" : 200, \"examples\" : 200 | not valid JSON",
        "\"split\" : \"train\" | \"split\" : null | \"split\" is not a text",
        "\"loss\" | \"lost\" | line 1, column 1: \"loss\" is missing",
        "\"accuracy\" : 0.86 | \"accuracy\" : 1e999 | a number beyond a double",
        "\"accuracy\" : 0.86 | \"accuracy\" : NaN | not valid JSON",
        "\"accuracy\" : 0.86 | \"accuracy\" : true | \"accuracy\" is not a number or null",
        "\"nodes\" : [ -1.0 | \"nodes\" : [ null | \"nodes\" is not a list of numbers",
        "\"nodes\" : [ -1.0 | \"nodes\" : [ 1, -1.0 | expected one weight per node, got 3 and 4",
        "\"weights\" : [ 0.1 | \"weights\" : [ -0.1 | expected weights of at least 0, got -0.1",
        "\"sigma2\" : | \"sigma2\" : 0, \"old\" : | expected a positive variance, got 0.0",
        "\"grid\" : [ | \"grid\" : [ 1, | expected one value per grid point",
        "\"top\" : [ | \"top\" : [ 1, | \"top\" is not a list of objects",
      })
  void saysWhatIsWrong(String from, String to, String message) throws IOException {
    String document = written(Reports.full());
    assertThat(document).contains(from);
    assertThatThrownBy(() -> read(document.replace(from, to)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void saysWhere() {
    assertThatThrownBy(() -> read("{\n  \"schemaVersion\" : true\n}"))
        .hasMessage(
            file
                + ", line 2, column 21: \"schemaVersion\" is not a whole number."
                + " Take the file as hesse wrote it.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "1", "null", "nul", "hello", "{", "{} {}", "\u0000\u0000\u0000{"})
  void refusesOtherDocuments(String document) {
    assertThatThrownBy(() -> read(document)).isInstanceOf(BadInputException.class);
  }

  @Test
  void aDensityWithoutMethodIsOfLanczos() throws IOException {
    String document = written(Reports.full()).replaceFirst("\"method\" : \"kpm\",", "");
    assertThat(read(document).density().method()).isEqualTo("lanczos");
  }

  @Test
  void refusesDeepNesting() {
    assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(1_000_000)))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void refusesAFileThatIsTooLong() {
    assertThatThrownBy(() -> read(" ".repeat((16 << 20) + 1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is longer than the 16 MiB");
  }

  @Test
  void noCutOrFlippedByteEscapesAsAnythingElse() throws IOException {
    String document =
        written(Reports.full()).replaceAll("(\"(?:grid|values)\" : \\[)[^]]*]", "$1]");
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    assertThat(ReportReader.read(file).density()).isNotNull();

    for (int length = 0; length < document.stripTrailing().length(); length++) {
      String cut = document.substring(0, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(BadInputException.class);
    }
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] flipped = bytes.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      try {
        ReportReader.read(file);
      } catch (BadInputException e) {
        assertThat(e).message().doesNotContain("\n");
      }
    }
  }
}
