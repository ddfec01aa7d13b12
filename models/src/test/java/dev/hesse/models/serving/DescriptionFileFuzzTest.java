package dev.hesse.models.serving;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes give a description or a {@link BadInputException}. */
class DescriptionFileFuzzTest {
  private static final String DESCRIPTION =
      """
      {"schemaVersion": 1,
       "resnet": {"depth": 8, "width": 2, "classes": 10, "residual": true, "batchNorm": true,
                  "shortcut": "B"},
       "images": {"raw": false, "mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]},
       "tensors": [{"name": "conv1.weight", "variable": "conv1.weight", "dtype": "float32",
                    "layout": "pytorch"}],
       "metadata": [{"name": "epoch", "value": "12"}]}
      """;

  static Stream<byte[]> files() {
    return Stream.of(
            DESCRIPTION,
            DESCRIPTION.replace("8,", "1e400,"),
            DESCRIPTION.replace("0.2]", "-0.2]"),
            DESCRIPTION.replace("[0.5, 0.5, 0.5]", "[]"),
            DESCRIPTION.replace("\"B\"", "\"\\n\""),
            "[".repeat(100_000),
            "{\"\ud800")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("files")
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) {
    try {
      DescriptionFile.parse(Path.of("hesse.json"), content);
    } catch (BadInputException e) {
      if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", e);
      }
    }
  }
}
