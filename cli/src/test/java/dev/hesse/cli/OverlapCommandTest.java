package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlapCommandTest {
  private static final double C = Math.cos(0.5);
  private static final double S = Math.sin(0.5);

  @TempDir private Path folder;

  private Path rows(String name, int count, double... values) throws IOException {
    Path file = folder.resolve(name);
    Npy.write(file, StoredTensor.of(new long[] {count, values.length / count}, values));
    return file;
  }

  private Path named(String name, double... weight) throws IOException {
    Path file = folder.resolve(name);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("fc.weight", StoredTensor.of(new long[] {1, 1, weight.length}, weight));
    tensors.put("fc.bias", StoredTensor.of(new long[] {1, 1}, new double[] {0}));
    Safetensors.write(file, tensors, Map.of());
    return file;
  }

  private static List<Double> numbers(String json) throws IOException {
    List<Double> numbers = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isNumeric()) {
          numbers.add(parser.getDoubleValue());
        }
      }
    }
    return numbers;
  }

  @Test
  void cosinesAnglesAndOverlapAreThoseOfTheRotation() throws IOException {
    Path a = rows("a.npy", 2, 1, 0, 0, 0, 0, 1, 0, 0);
    Path b = rows("b.npy", 2, 0, -1, 0, 0, C, 0, S, 0);
    CommandRun run = CommandRun.of("overlap", a, b);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out())
        .contains("2 vectors, of 4 parameters")
        .contains("a1        0.00000  0.87758\na2        1.00000  0.00000\n")
        .contains("principal angles in degrees: 0.0000 28.6479\n")
        .contains("overlap of the spans: 0.88508");
    CommandRun json = CommandRun.of("overlap --json", a, b);
    List<Double> found = numbers(json.out());
    double[] expected = {4, 0, C, 1, 0, 0, 0.5, (1 + C * C) / 2};
    for (int i = 0; i < expected.length; i++) {
      // A few roundings of unit numbers.
      assertThat(found.get(i)).isCloseTo(expected[i], within(1e-14));
    }
    assertThat(found).hasSameSizeAs(expected);
    List<Double> one = numbers(CommandRun.of("overlap --json --top-n 1", a, b).out());
    assertThat(one).hasSize(4);
    assertThat(one.get(2)).isCloseTo(Math.PI / 2, within(1e-14));
  }

  @Test
  void filesOfEachFormatGoTogether() throws IOException {
    Path a = named("a.safetensors", 3, 0, 0);
    Path b = rows("b.npy", 1, C, S, 0, 0);
    List<Double> found = numbers(CommandRun.of("overlap --json", a, b).out());
    assertThat(found.get(2)).isCloseTo(0.5, within(1e-14));
    Path other = named("other.safetensors", 1, 0);
    assertError(
        CommandRun.of("overlap", a, other),
        "%s holds vectors of 4 parameters, and %s of 3 others. Give two files of the same model."
            .formatted(a, other));
  }

  @Test
  void whatAnalyzeWritesOverlapsWithItself() {
    Path first = folder.resolve("v.npy");
    Path second = folder.resolve("v.safetensors");
    for (Path file : List.of(first, second)) {
      CommandRun.of(
          "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
              + " --hessian-batch-size 10 --only eigenvalues --top-n 2 --eigenvectors",
          file,
          "--out",
          folder);
    }
    CommandRun run = CommandRun.of("overlap", first, second);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).contains("a1        1.00000").contains("overlap of the spans: 1.00000");
  }

  @Test
  void badFilesAreOneLine() throws IOException {
    Path good = rows("good.npy", 1, 1, 0, 0, 0);
    String remedy = "Give a file that hesse analyze --eigenvectors wrote.";
    assertError(
        CommandRun.of("overlap", good, folder.resolve("none.npy")),
        folder.resolve("none.npy") + " does not exist. " + remedy);
    Path zero = rows("zero.npy", 2, 1, 0, 0, 0);
    assertError(
        CommandRun.of("overlap", zero, good),
        zero + ": vector 2 has a squared norm of 0.0. " + remedy);
    Path flat = folder.resolve("flat.npy");
    Npy.write(flat, StoredTensor.of(new long[] {4}, new double[4]));
    assertError(
        CommandRun.of("overlap", flat, good),
        flat + ": its tensors are not vectors × parameters. " + remedy);
    Path twice = rows("twice.npy", 2, 1, 1, 0, 0, 1, 1, 0, 0);
    assertError(
        CommandRun.of("overlap", good, twice),
        "the vectors of %s or %s are linearly dependent. Give files with independent vectors, as eigenvectors are."
            .formatted(good, twice));
    CommandRun many = CommandRun.of("overlap --top-n 2", good, good);
    assertThat(many.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(many.err())
        .isEqualTo(
            "hesse: --top-n is 2, and %s holds 1 vectors. Ask for fewer, or for more when they are computed.%n"
                .formatted(good));
  }

  private static void assertError(CommandRun run, String line) {
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.BAD_INPUT, "", "hesse: " + line + "\n"));
  }
}
