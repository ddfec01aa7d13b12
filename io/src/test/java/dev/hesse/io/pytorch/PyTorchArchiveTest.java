package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.Weights;
import dev.hesse.io.zip.TestZip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchArchiveTest {
  private static final byte[] BYTES = {1, 2, 3, 4};

  private static Weights read(TestZip zip) throws IOException {
    return PyTorchZip.read(FileBytes.of(zip.build()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsBothDirectoryForms(boolean zip64) throws IOException {
    TestZip zip = TestCheckpoint.zip();
    zip.zip64 = zip64;
    assertThat(read(zip).tensors().get("w").toDoubles()).containsExactly(1, 2);
  }

  @Test
  void readsEntriesWithoutDescriptor() throws IOException {
    TestZip zip = TestCheckpoint.zip();
    zip.entries.forEach(entry -> entry.flags = 0);
    assertThat(read(zip).tensors().get("w").toDoubles()).containsExactly(1, 2);
  }

  @Test
  void swapsBigEndianElements() throws IOException {
    TestZip zip = TestCheckpoint.zip(Pickle.stateDict(), new byte[] {64, 0, 0, 0, 63, -128, 0, 0});
    zip.get("byteorder").content = "big".getBytes(StandardCharsets.UTF_8);
    assertThat(read(zip).tensors().get("w").toDoubles()).containsExactly(2, 1);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        change("climbing name", z -> z.add("archive/../x", BYTES), "'archive/../x' is not a plain"),
        change("absolute name", z -> z.add("/etc/passwd", BYTES), "is not a plain relative path"),
        change("drive", z -> z.add("C:/x", BYTES), "'C:/x' is not a plain relative path"),
        change("backslash", z -> z.add("archive/..\\x", BYTES), "is not a plain relative path"),
        change("folder entry", z -> z.add("archive/x/", BYTES), "is not a plain relative path"),
        change("control", z -> z.add("archive/\033[2J", BYTES), "'archive/\\u001b[2J' is not"),
        change("empty name", z -> z.add("", BYTES), "'' is not a plain relative path"),
        change("duplicate", z -> z.add("archive/version", BYTES), "'archive/version' occurs twice"),
        change("case", z -> z.add("archive/DATA.PKL", BYTES), "'archive/DATA.PKL' occurs twice"),
        change(
            "other folder", z -> z.add("other/x", BYTES), "'other/x' is outside folder archive/"),
        change("compressed", z -> z.get("data/0").method = 8, "'archive/data/0' is compressed"),
        change("sizes differ", z -> z.get("data/0").compressed = 7L, "stores 8 bytes as 7"),
        change("encrypted", z -> z.get("data/0").flags |= 1, "has flags 0x0809"),
        change("10 GB", z -> z.get("data/0").size = 10L << 30, "claims 10737418240 bytes at"),
        change("2^63", z -> z.get("data/0").size = Long.MIN_VALUE, "9223372036854775808 bytes"),
        change("offset", z -> z.get("data/0").offset = 1L << 31, "at 2147483648, outside the"),
        change("overlap", z -> z.get("data/0").offset = 0L, "overlaps what follows it"),
        change("overlap inside", z -> z.get("data/0").offset = 9L, "overlaps what follows it"),
        change("longer", z -> z.get("data/0").size = 60L, "overlaps what follows it"),
        change("shorter", z -> z.get("data/0").size = 4L, "what follows it disagrees"),
        change("gap", z -> z.get("data/0").after = BYTES, "'archive/data/0': what follows it"),
        change("long gap", z -> z.get("data/0").after = new byte[99], "115 unexplained bytes"),
        change("no descriptor", z -> z.get("data/0").descriptor = false, "0 unexplained bytes"),
        change("local name", z -> z.get("data/0").localName = "archive/data/1", "disagree"),
        change("local flags", z -> z.get("data/0").localFlags = 0, "disagree"),
        change("local method", z -> z.get("data/0").localMethod = 8, "disagree"),
        change("local size", z -> z.get("data/0").localSize = 9L, "disagree"),
        change("crc", z -> z.get("data/0").crc = 1, "does not have the CRC"),
        change("comment", z -> z.comment = BYTES, "does not end with a zip directory"),
        change(
            "before directory", z -> z.beforeDirectory = BYTES, "'archive/version': what follows"),
        change("more entries", z -> z.entriesOffBy = 1, "zip directory entry 4 has no header"),
        change("fewer entries", z -> z.entriesOffBy = -1, "bytes follow the 3 entries"),
        change("zip64 differs", z -> z.zip64StartOffBy = 1, "zip64 end record contradicts"),
        change("no pickle", z -> z.entries.remove(z.get("data.pkl")), "no PyTorch checkpoint"),
        change("empty", z -> z.entries.clear(), "no PyTorch checkpoint"),
        change("TorchScript", z -> z.add("archive/constants.pkl", BYTES), "a TorchScript program"),
        change("no storage", z -> z.entries.remove(z.get("data/0")), "no record 'data/0'"),
        change("no version", z -> z.entries.remove(z.get("version")), "no record '.data/version'"),
        change("version", z -> z.get("version").content = BYTES, "format version"),
        change("byte order", z -> z.get("byteorder").content = BYTES, "byte order '\\u0001"),
        change("data before zip", z -> z.entries.get(0).after = BYTES, "what follows it"));
  }

  private static Arguments change(String name, Consumer<TestZip> change, String message) {
    return arguments(name, change, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void malformed(String name, Consumer<TestZip> change, String message) {
    TestZip zip = TestCheckpoint.zip();
    change.accept(zip);
    assertThatThrownBy(() -> read(zip))
        .as(name)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatPrecedesTheFirstEntry() {
    byte[] zip = TestCheckpoint.zip().build();
    byte[] shifted = new byte[zip.length + 1];
    System.arraycopy(zip, 0, shifted, 1, zip.length);
    assertThatThrownBy(() -> PyTorchZip.read(FileBytes.of(shifted)))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = TestCheckpoint.zip().build();
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> PyTorchZip.read(FileBytes.of(prefix)))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }
}
