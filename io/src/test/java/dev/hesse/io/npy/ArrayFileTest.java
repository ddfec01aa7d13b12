package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrayFileTest {
  @TempDir private Path folder;
  private Path several;
  private Path one;
  private Path plain;

  private static StoredTensor number(int value) {
    return StoredTensor.of(new long[] {1}, new int[] {value});
  }

  @BeforeEach
  void write() throws IOException {
    several = folder.resolve("several.npz");
    Map<String, StoredTensor> arrays = new LinkedHashMap<>();
    arrays.put("x_train", number(1));
    arrays.put("y_train", number(2));
    arrays.put("labels", number(3));
    Npz.write(several, arrays);
    one = folder.resolve("one.npz");
    Npz.write(one, Map.of("arr_0", number(4)));
    plain = folder.resolve("plain.npy");
    Npy.write(plain, number(5));
  }

  private static double read(Path path, String... usual) throws IOException {
    return ((StoredTensor) ArrayFile.of(path).read(usual)).toDouble(0);
  }

  @Test
  void anArrayIsNamedUsualOrTheOnlyOne() throws IOException {
    assertThat(read(plain, "labels")).isEqualTo(5);
    assertThat(read(one, "labels")).isEqualTo(4);
    assertThat(read(several, "y", "labels")).isEqualTo(3);
    assertThat(read(Path.of(several + ":y_train"), "labels")).isEqualTo(2);
  }

  @Test
  void theArraysThatThereAreAreListed() {
    assertThatThrownBy(() -> read(several, "images"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            several
                + " has several arrays. Choose one with several.npz:NAME, of 'x_train', 'y_train',"
                + " 'labels'.");
    assertThatThrownBy(() -> read(Path.of(several + ":z")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("has no array 'z'");
    assertThatThrownBy(() -> read(folder.resolve("missing.npz")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there is no such file");
  }
}
