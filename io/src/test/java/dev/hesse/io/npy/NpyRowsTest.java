package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.NumberArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import dev.hesse.io.data.Dataset;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows read by position are those of the whole array. */
class NpyRowsTest {
  private static final int ROWS = 7;

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("a.npy");
  }

  /** A file whose bytes after the header are 1, 2, 3, … */
  private void write(String header, int bytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer out = ByteBuffer.allocate(10 + text.length + bytes);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
    out.put(text);
    for (int i = 1; out.hasRemaining(); i++) {
      out.put((byte) i);
    }
    Files.write(file, out.array());
  }

  @ParameterizedTest
  @CsvSource({"<f4, 4, False", ">f4, 4, False", "<i2, 2, False", ">i8, 8, True", "|u1, 1, True"})
  void rowsOfAnyTypeAndOrder(String type, int bytes, String fortran) throws IOException {
    write(
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%d, 2, 3), }"
            .formatted(type, fortran, ROWS),
        ROWS * 6 * bytes);
    StoredTensor whole = Npy.read(file);
    NumberArray opened = (NumberArray) Npy.open(file);
    assertThat(opened).isInstanceOf(DeferredTensor.class);
    assertThat(opened.shape()).containsExactly(ROWS, 2, 3);
    assertThat(opened.dtype()).isEqualTo(whole.dtype());
    for (int[] rows : new int[][] {{}, {6}, {2, 3, 4}, {6, 0, 1, 1, 5}}) {
      assertThat(opened.rows(rows).shape()).containsExactly(rows.length, 2, 3);
      assertThat(opened.rows(rows).toDoubles()).isEqualTo(whole.rows(rows).toDoubles());
    }
    assertThat(opened.whole().toDoubles()).isEqualTo(whole.toDoubles());
    assertThat(opened.reshaped(new long[] {ROWS, 6}).rows(new int[] {3}).shape())
        .containsExactly(1, 6);
    assertThatThrownBy(() -> opened.rows(new int[] {ROWS}))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> opened.reshaped(new long[] {6, ROWS}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A million images in a file with a hole, which no array of this process could hold. */
  @Test
  void aFileOfMoreThanAnArrayHolds() throws IOException {
    int images = 1_000_000;
    int bytes = 32 * 32 * 3;
    write("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 32, 32, 3), }", 0);
    long start = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer last = ByteBuffer.allocate(bytes);
      last.put(0, (byte) 255);
      channel.write(last, start + (images - 1L) * bytes);
    }
    Path labels = folder.resolve("y.npy");
    Npy.write(labels, StoredTensor.of(new long[] {images}, new int[images]));
    Dataset data = NpyShards.open(folder.resolve("a*.npy"), labels.resolveSibling("y*"), null);
    assertThat(data.examples()).isEqualTo(images);
    float[] black = data.black();
    float[] read = data.images(new int[] {images - 1, 7}).inputs();
    assertThat(read[0]).isCloseTo((float) ((1 - 0.4914) / 0.2023), within(1e-6f));
    assertThat(read[1]).isEqualTo(black[1]);
    assertThat(read[bytes]).isEqualTo(black[0]);
    DataArray all = Npy.open(file);
    assertThatThrownBy(() -> ((NumberArray) all).whole())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("are too many at once");
  }

  /** Float32 rounds a value of about 2.5 by less than 1e-6. */
  private static Offset<Float> within(float tolerance) {
    return Offset.offset(tolerance);
  }

  @Test
  void aFileThatBecomesShorter() throws IOException {
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 3), }", ROWS * 12);
    NumberArray opened = (NumberArray) Npy.open(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    assertThat(opened.rows(new int[] {5}).elementCount()).isEqualTo(3);
    assertThatThrownBy(() -> opened.rows(new int[] {6}))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(EOFException.class);
  }

  @Test
  void badFiles() throws IOException {
    assertThatThrownBy(() -> Npy.open(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.npy: there is no such file");
    assertThatThrownBy(() -> Npy.open(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("this is a folder");
    Files.writeString(file, "");
    assertThatThrownBy(() -> Npy.open(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("this is not a npy file");
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 3), }", 83);
    assertThatThrownBy(() -> Npy.open(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.npy: 21 elements of float32 in 83 bytes");
    write("{'descr': '|O', 'fortran_order': False, 'shape': (7, 3), }", 84);
    assertThatThrownBy(() -> Npy.open(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("elements of type '|O' are not read");
    write("{'descr': '|S2', 'fortran_order': False, 'shape': (7,), }", 14);
    assertThat(Npy.open(file)).isInstanceOf(TextTensor.class);
  }
}
