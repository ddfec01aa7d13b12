package dev.hesse.io.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TestData;
import dev.hesse.io.Weights;
import dev.hesse.io.zip.TestZip;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
  private static final byte[] BYTES = {1, 2, 3, 4};
  private static final byte[] MEBIBYTE_OF_ZEROS = mebibyteOfZeros();

  @TempDir Path folder;

  /** A npy file of four bytes. */
  static byte[] array(String descr) {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': (4,)}\n".formatted(descr);
    String text = "\u0093NUMPY\1\0" + (char) header.length() + "\0" + header + "\1\2\3\4";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] mebibyteOfZeros() {
    StoredTensor zeros =
        new StoredTensor(DType.UINT8, new long[] {1 << 20}, ByteBuffer.allocate(1 << 20));
    ByteBuffer header = Npy.header(zeros);
    byte[] file = new byte[header.remaining() + (1 << 20)];
    header.get(file, 0, header.remaining());
    return file;
  }

  /** A stored array {@code a} and a deflated {@code b}. */
  static TestZip sound() {
    TestZip zip = new TestZip();
    zip.zip64 = false;
    zip.add("a.npy", array("|u1"));
    zip.addDeflated("b.npy", array("|i1"));
    return zip;
  }

  private static Map<String, StoredTensor> read(TestZip zip) throws IOException {
    return Npz.read(FileBytes.of(zip.build())).tensors();
  }

  /** What testdata/checkpoints/make_checkpoints.py says. */
  @ParameterizedTest
  @ValueSource(strings = {"arrays.npz", "arrays-compressed.npz"})
  void readsWhatNumPyWrites(String name) throws IOException {
    Checkpoint checkpoint = Checkpoint.read(TestData.checkpoint(name));
    assertThat(checkpoint.format()).isEqualTo(Format.NPZ);
    Map<String, StoredTensor> arrays = checkpoint.tensors();
    assertThat(arrays.keySet())
        .containsExactly("conv/kernel:0", "counter", "größe", "fortran", "big", "empty", "zeros");
    assertThat(arrays.get("conv/kernel:0").toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(arrays.get("conv/kernel:0").shape()).containsExactly(2, 3);
    assertThat(arrays.get("counter").dtype()).isEqualTo(DType.INT64);
    assertThat(arrays.get("counter").shape()).isEmpty();
    assertThat(arrays.get("counter").toDoubles()).containsExactly(7);
    assertThat(arrays.get("größe").toDoubles()).containsExactly(1, 0);
    assertThat(arrays.get("fortran").toDoubles()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(arrays.get("big").toDoubles()).containsExactly(1.5, -2);
    assertThat(arrays.get("empty").shape()).containsExactly(0, 5);
    assertThat(arrays.get("zeros").toDoubles()).hasSize(4096).containsOnly(0);
  }

  @Test
  void readsStoredAndDeflated() throws IOException {
    Map<String, StoredTensor> arrays = read(sound());
    assertThat(arrays.keySet()).containsExactly("a", "b");
    assertThat(arrays.get("a").toDoubles()).containsExactly(1, 2, 3, 4);
    assertThat(arrays.get("b").toDoubles()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void tellsNamesApartByCase() throws IOException {
    TestZip zip = sound();
    zip.add("A.npy", array("|u1"));
    assertThat(read(zip).keySet()).containsExactly("a", "b", "A");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6, 8, 0x800})
  void readsDeflatedEntriesOfOtherWriters(int flags) throws IOException {
    TestZip zip = sound();
    zip.get("b.npy").flags = flags;
    zip.get("b.npy").localZip64 = false;
    assertThat(read(zip).get("b").toDoubles()).containsExactly(1, 2, 3, 4);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        change("climbing", z -> z.add("../a.npy", BYTES), "'../a.npy' is not a plain relative"),
        change("absolute", z -> z.add("/a.npy", BYTES), "'/a.npy' is not a plain relative path"),
        change("drive", z -> z.add("C:/a.npy", BYTES), "'C:/a.npy' is not a plain relative path"),
        change("duplicate", z -> z.add("a.npy", BYTES), "'a.npy' occurs twice"),
        change("no array", z -> z.add("notes.txt", BYTES), "'notes.txt' is no array"),
        change("no npy", z -> z.add("c.npy", BYTES), "tensor 'c': this is not a npy file"),
        change("control", z -> z.get("a.npy").name = "a\033[2J.npy", "'a\\u001b[2J.npy' is not"),
        change("unprintable", z -> rename(z, "a\u202e"), "tensor name 'a\\u202e' has unprintable"),
        change("objects", z -> z.get("a.npy").content = array("|O"), "type '|O' are not read"),
        change("bfloat16", z -> z.get("a.npy").content = array("<V2"), "type '<V2' are not read"),
        change("encrypted", z -> z.get("b.npy").flags = 1, "has flags 0x0001"),
        change("effort of stored", z -> z.get("a.npy").flags = 2, "has flags 0x0002"),
        change("bzip2", z -> z.get("b.npy").method = 12, "compressed by method 12, where stored"),
        change(
            "local method", z -> z.get("b.npy").localMethod = 0, "header and directory disagree"),
        change("local size", z -> z.get("b.npy").localSize = 9L, "header and directory disagree"),
        change("local name", z -> z.get("b.npy").localName = "c.npy", "disagree"),
        change("longer", z -> sizes(z, 99), "does not expand to its 99 bytes"),
        change("shorter", z -> sizes(z, 60), "does not expand to its 60 bytes"),
        change("crc", z -> z.get("b.npy").crc = 1, "'b.npy' does not have the CRC"),
        change("garbage", z -> z.get("b.npy").raw = new byte[] {7}, "'b.npy' is not deflated data"),
        change("cut", z -> z.get("b.npy").raw = new byte[0], "does not expand to its"),
        change("hidden", NpzTest::appendToDeflated, "does not expand to its"),
        change("gap", z -> z.get("b.npy").after = BYTES, "4 unexplained bytes follow"),
        change("4 GiB", z -> sizes(z, 1L << 32), "4294967296 bytes are more than the 2 GiB"),
        change("2^63", z -> sizes(z, Long.MIN_VALUE), "outside the"),
        change("1 GiB of nothing", z -> sizes(z, 1L << 30), "expand to more than 16 times"),
        change("bombs", NpzTest::bombs, "expand to more than 16 times"));
  }

  private static Arguments change(String name, Consumer<TestZip> change, String message) {
    return arguments(name, change, message);
  }

  private static void rename(TestZip zip, String name) {
    zip.get("a.npy").name = name + ".npy";
  }

  private static void appendToDeflated(TestZip zip) {
    byte[] whole = new byte[] {3, 0, 42}; // nothing, deflated, and a byte after its end
    zip.get("b.npy").content = new byte[0];
    zip.get("b.npy").raw = whole;
  }

  private static void sizes(TestZip zip, long size) {
    zip.get("b.npy").size = size;
    zip.get("b.npy").localSize = size;
  }

  /** Eighty that are each small enough, and together 80 MiB. */
  private static void bombs(TestZip zip) {
    for (int i = 0; i < 80; i++) {
      zip.addDeflated("bomb%d.npy".formatted(i), MEBIBYTE_OF_ZEROS);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void malformed(String name, Consumer<TestZip> change, String message) {
    TestZip zip = sound();
    change.accept(zip);
    assertThatThrownBy(() -> read(zip))
        .as(name)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = sound().build();
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Npz.read(FileBytes.of(prefix)))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }

  /** A flipped byte gives a finding or other values, never another exception. */
  @Test
  void survivesEveryFlippedByte() throws IOException {
    byte[] whole = sound().build();
    int refused = 0;
    for (int mask : new int[] {0x01, 0x80, 0xff}) {
      for (int i = 0; i < whole.length; i++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) mask;
        try {
          Npz.read(FileBytes.of(flipped));
        } catch (BadInputException e) {
          refused++;
        }
      }
    }
    // Dates, versions and attributes may be anything; all else is checked.
    assertThat(refused).isGreaterThan(2 * whole.length);
  }

  @Test
  void anArchiveIsToldByItsContents() throws IOException {
    Path named = Files.write(folder.resolve("a.pt"), sound().build());
    assertThat(Checkpoint.read(named).format()).isEqualTo(Format.NPZ);
    TestZip both = sound();
    both.add("archive/data.pkl", BYTES);
    Path mixed = Files.write(folder.resolve("b.npz"), both.build());
    assertThatThrownBy(() -> Checkpoint.read(mixed))
        .hasMessageContaining("this zip archive is no PyTorch checkpoint");
    Path empty = Files.write(folder.resolve("c.npz"), new TestZip().build());
    assertThatThrownBy(() -> Checkpoint.read(empty)).isInstanceOf(BadInputException.class);
  }

  @Test
  void writesWhatOtherProgramsRead() throws IOException {
    Path path = folder.resolve("a.npz");
    StoredTensor tensor = new StoredTensor(DType.UINT8, new long[] {4}, ByteBuffer.wrap(BYTES));
    Npz.write(path, Map.of("a/b", tensor));
    try (ZipFile zip = new ZipFile(path.toFile())) {
      assertThat(zip.getEntry("a/b.npy").getSize()).isEqualTo(128 + BYTES.length);
    }
    assertThat(Npz.read(FileBytes.of(Files.readAllBytes(path))))
        .extracting(Weights::tensors)
        .satisfies(tensors -> assertThat(tensors.get("a/b").data()).isEqualTo(tensor.data()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "/root", "a//b", "a\\b", "C:/x", "a\tb"})
  void refusesNamesThatAreNoPath(String name) {
    StoredTensor tensor = new StoredTensor(DType.UINT8, new long[] {4}, ByteBuffer.wrap(BYTES));
    Path path = folder.resolve("a.npz");
    assertThatThrownBy(() -> Npz.write(path, Map.of(name, tensor)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("cannot name a file in an npz archive");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesBfloat16() {
    StoredTensor tensor = new StoredTensor(DType.BFLOAT16, new long[] {2}, ByteBuffer.wrap(BYTES));
    assertThatThrownBy(() -> Npz.write(folder.resolve("a.npz"), Map.of("w", tensor)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "tensor 'w' is bfloat16, which NumPy does not have. Choose a format that has it, such"
                + " as safetensors, or convert the tensor to float32 where it was made.");
    assertThat(folder).isEmptyDirectory();
  }
}
