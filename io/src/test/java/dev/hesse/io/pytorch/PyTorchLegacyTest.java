package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.Weights;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchLegacyTest {
  private static final byte[] FLOATS = Pickle.floats(1, 2);

  private static Weights read(byte[] content) throws IOException {
    return PyTorchLegacy.read(FileBytes.of(content));
  }

  private static TestLegacy begin() {
    return TestLegacy.begin(true);
  }

  private static byte[] pickle(int... opcodes) {
    return Pickle.protocol(2).op(opcodes).stop();
  }

  /** PyTorch writes little-endian elements on every machine, whatever it says of the machine. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void elementsAreLittleEndian(boolean littleEndian) throws IOException {
    byte[] content =
        TestLegacy.begin(littleEndian).add(Pickle.stateDict()).keys("0").storage(2, FLOATS).build();
    assertThat(read(content).tensors().get("w").toDoubles()).containsExactly(1, 2);
  }

  /** Before 0.4 a storage could be a view of another: (key, offset, elements). */
  @Test
  void viewsOfStorages() throws IOException {
    byte[] content = view(1, 2).keys("0").storage(3, Pickle.floats(5, 6, 7)).build();
    assertThat(read(content).tensors().get("w").toDoubles()).containsExactly(7);
  }

  /** {@code {"w": tensor}}: the second element of a view of storage 0, which has three. */
  private static TestLegacy view(long offset, long elements) {
    Pickle pickle =
        Pickle.protocol(2)
            .op(Opcode.EMPTY_DICT)
            .text("w")
            .global("torch._utils", "_rebuild_tensor")
            .op(Opcode.MARK, Opcode.MARK)
            .text("storage")
            .global("torch", "FloatStorage")
            .text("0")
            .text("cpu")
            .integer(3)
            .op(Opcode.MARK)
            .text("view")
            .integer(offset)
            .integer(elements)
            .op(Opcode.TUPLE, Opcode.TUPLE, Opcode.BINPERSID)
            .integer(1)
            .tuple(1)
            .tuple(1)
            .op(Opcode.TUPLE, Opcode.REDUCE, Opcode.SETITEM);
    return begin().add(pickle.stop());
  }

  static Stream<Arguments> refused() {
    byte[] state = Pickle.stateDict();
    byte[] magic = Arrays.copyOf(begin().build(), 15);
    byte[] version = Arrays.copyOf(begin().build(), 21);
    return Stream.of(
        arguments("another pickle", pickle('}'), "a pickle, but not one that torch.save wrote"),
        arguments("version", join(magic, pickle('K', 1)), "protocol version is not 1001"),
        arguments("machine", join(version, pickle('N')), "does not describe the machine"),
        arguments("no keys", begin().add(state).add(pickle('N')).build(), "does not list"),
        arguments("key type", begin().add(state).add(pickle(']', 'N', 'a')).build(), "a None as"),
        arguments("unknown key", begin().add(state).keys("1").build(), "'1' is listed twice or"),
        arguments(
            "twice",
            begin().add(state).keys("0", "0").storage(2, FLOATS).storage(2, FLOATS).build(),
            "'0' is listed twice or"),
        arguments("missing key", begin().add(state).keys().build(), "0 of 1 storages are there"),
        arguments("cut before count", begin().add(state).keys("0").build(), "before storage '0'"),
        arguments(
            "cut storage",
            begin().add(state).keys("0").storage(2, Pickle.floats(1)).build(),
            "needs 8 bytes, but the file ends after 4"),
        arguments(
            "other count",
            begin().add(state).keys("0").storage(1, FLOATS).build(),
            "has 1 elements, the pickle says 2"),
        arguments(
            "negative count",
            begin().add(state).keys("0").storage(-1, FLOATS).build(),
            "has -1 elements"),
        arguments(
            "trailing bytes",
            begin().add(state).keys("0").storage(2, FLOATS).add(new byte[3]).build(),
            "3 bytes follow them"),
        arguments("view offset", view(2, 2).build(), "a view of 2 elements at 2 in storage '0'"),
        arguments("view negative", view(-1, 2).build(), "a view of 2 elements at -1"),
        arguments("outside view", view(0, 1).build(), "does not fit into its storage"));
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String name, byte[] content, String message) {
    assertThatThrownBy(() -> read(content))
        .as(name)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole = TestLegacy.checkpoint();
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(prefix))
          .as("%d bytes", length)
          .isInstanceOf(BadInputException.class);
    }
  }
}
