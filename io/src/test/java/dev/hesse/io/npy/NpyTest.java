package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {
  private static final String HEADER =
      "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }\n";

  @TempDir Path folder;

  private static byte[] file(int version, String header, int... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(12 + text.length + data.length);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    out.put((byte) text.length).put((byte) (text.length >> 8));
    if (version > 1) {
      out.putShort((short) 0);
    }
    out.put(text);
    for (int b : data) {
      out.put((byte) b);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static StoredTensor read(byte[] content) throws IOException {
    return Npy.read(FileBytes.of(content));
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void versions(int version) throws IOException {
    StoredTensor tensor = read(file(version, HEADER, 1, 0, 2, 0, 3, 0, 255, 255));
    assertThat(tensor.dtype()).isEqualTo(DType.INT16);
    assertThat(tensor.shape()).containsExactly(2, 2);
    assertThat(tensor.toDoubles()).containsExactly(1, 2, 3, -1);
  }

  @Test
  void fortranOrderAndBigEndian() throws IOException {
    String header = "{'shape': (2, 2), 'fortran_order': True, 'descr': \">i2\"}";
    assertThat(read(file(1, header, 0, 1, 0, 2, 0, 3, 0, 4)).toDoubles())
        .containsExactly(1, 3, 2, 4);
  }

  @Test
  void scalarVectorAndEmpty() throws IOException {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': %s}";
    assertThat(read(file(1, header.formatted("()"), 7)).shape()).isEmpty();
    assertThat(read(file(1, header.formatted("(2,)"), 7, 8)).shape()).containsExactly(2);
    assertThat(read(file(1, header.formatted("(0, 4)"))).shape()).containsExactly(0, 4);
  }

  @Test
  void writesWhatItReads() throws IOException {
    Map<String, StoredTensor> tensors = Checkpoint.read(TestData.checkpoint("dtypes.pt")).tensors();
    Path path = folder.resolve("a.npy");
    for (StoredTensor tensor : tensors.values()) {
      if (tensor.dtype() == DType.BFLOAT16) {
        assertThatThrownBy(() -> Npy.write(path, tensor))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("got bfloat16");
        continue;
      }
      Npy.write(path, tensor);
      StoredTensor read = Npy.read(path);
      assertThat(read.dtype()).isEqualTo(tensor.dtype());
      assertThat(read.shape()).containsExactly(tensor.shape());
      assertThat(read.data()).isEqualTo(tensor.data());
      assertThat((Files.size(path) - tensor.data().remaining()) % 64).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,)} # type '|O' are not read",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)} # type '<c8' are not read",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (2,)} # type '|f4' are not read",
        "{'descr': '', 'fortran_order': False, 'shape': (2,)} # type '' are not read",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)} # expected '''",
        "{'descr': '<f4\\', 'fortran_order': False, 'shape': (2,)} # an open or escaped string",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)} # expected '}'",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)} # expected True or False",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2} # expected '('",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2)} # is a number, not a tuple",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)} # a dimension of at most 18",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L,)} # expected the end of the shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)} # at most 18",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} # 3 elements of float32 in 8 bytes",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999)} # 64 bits",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (999999999999, 999999999999)} # 64 bits",
        "{'descr': '<f4', 'shape': (2,)} # is not a dict of descr, fortran_order and shape",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (2,)} # key 'descr' occurs twice",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1} # unknown key 'x'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1 # is not a dict of",
        "__import__('os').system('touch owned') # expected '{' at character 0",
      })
  void refused(String header, String message) {
    assertThatThrownBy(() -> read(file(1, header, new int[8])))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesOtherFiles() throws IOException {
    assertThatThrownBy(() -> read("text".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("this is not a npy file");
    assertThatThrownBy(() -> read(file(4, HEADER, new int[8])))
        .hasMessageContaining("npy version 4");
    Path missing = folder.resolve("missing.npy");
    assertThatThrownBy(() -> Npy.read(missing))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(missing + ": there is no such file");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = file(1, HEADER, new int[8]);
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(prefix))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }
}
