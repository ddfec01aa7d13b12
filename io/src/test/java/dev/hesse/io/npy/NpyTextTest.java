package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTextTest {
  @TempDir private Path folder;

  private Path file(String descr, boolean fortran, String shape, byte[] data) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n"
            .formatted(descr, fortran ? "True" : "False", shape);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    return Files.write(folder.resolve("a.npy"), bytes.array());
  }

  private static byte[] codePoints(ByteOrder order, int... codes) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * codes.length).order(order);
    for (int code : codes) {
      bytes.putInt(code);
    }
    return bytes.array();
  }

  private static List<String> read(Path file) throws IOException {
    return ((TextTensor) Npy.readArray(file))
        .elements().stream().map(text -> new String(text, StandardCharsets.UTF_8)).toList();
  }

  @Test
  void unicodeOfEitherByteOrderBecomesUtf8() throws IOException {
    int[] codes = {'M', 0, 0x1f600, 'é', 0, 0};
    assertThat(read(file("<U2", false, "3,", codePoints(ByteOrder.LITTLE_ENDIAN, codes))))
        .containsExactly("M", "\ud83d\ude00é", "");
    assertThat(read(file(">U2", false, "3,", codePoints(ByteOrder.BIG_ENDIAN, codes))))
        .containsExactly("M", "\ud83d\ude00é", "");
  }

  @Test
  void bytesLoseTheirFillingOnly() throws IOException {
    Path file = file("|S3", false, "2, 1", new byte[] {'a', 0, 'b', 'c', 0, 0});
    assertThat(Npy.readArray(file).shape()).containsExactly(2, 1);
    assertThat(read(file)).containsExactly("a\0b", "c");
  }

  @Test
  void numbersAreReadAsEver() throws IOException {
    Path file = file("|u1", false, "2,", new byte[] {1, 2});
    assertThat(Npy.readArray(file)).isInstanceOf(StoredTensor.class);
    assertThatThrownBy(() -> Npy.read(file("|S1", false, "2,", new byte[2])))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("elements of type '|S1' are not read");
  }

  @Test
  void whatIsNotTextIsRefused() throws IOException {
    refused(file("|S3", false, "2,", new byte[5]), "2 texts of 3 bytes in 5");
    refused(file("|S3", true, "2, 1", new byte[6]), "texts in Fortran order");
    refused(file("|S0", false, "999999999,", new byte[0]), "elements of type '|S0'");
    refused(
        file("<U1", false, "1,", codePoints(ByteOrder.LITTLE_ENDIAN, 0x7fffffff)),
        "7fffffff is no code point");
    refused(
        file("|S1", false, "999999999999999999, 999999999999999999", new byte[0]),
        "an array of shape");
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> Npy.readArray(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
