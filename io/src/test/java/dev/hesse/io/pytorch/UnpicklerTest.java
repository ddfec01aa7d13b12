package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpicklerTest {
  private static final long HUGE = 1L << 40;

  private static Pickle dict() {
    return Pickle.protocol(2).op(Opcode.EMPTY_DICT).text("w");
  }

  private static Pickle tensorOf(long[] shape, long[] strides, long offset) {
    return dict().tensor("0", 2, offset, shape, strides).op(Opcode.SETITEM);
  }

  private static long[] longs(long... values) {
    return values;
  }

  /** A pickle within a checkpoint that has storage 0 of two float32. */
  private static Weights read(byte[] pickle) throws IOException {
    return PyTorchZip.read(FileBytes.of(TestCheckpoint.zip(pickle, Pickle.floats(1, 2)).build()));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        pickle("empty", new Pickle(), "takes a value that is not there"),
        pickle("protocol 6", Pickle.protocol(6), "pickle protocol 6"),
        pickle("unknown opcode", Pickle.protocol(2).op(0xff), "opcode 0xff, which no"),
        pickle("INST", Pickle.protocol(2).op('(', 'i'), "opcode 0x69"),
        pickle("OBJ", Pickle.protocol(2).op('(', 'o'), "opcode 0x6f"),
        pickle("EXT1", Pickle.protocol(2).op(0x82, 1), "opcode 0x82"),
        pickle("PERSID", Pickle.protocol(2).op('P'), "opcode 0x50"),
        pickle("NEWOBJ_EX", Pickle.protocol(4).op(0x92), "opcode 0x92"),
        pickle("NEXT_BUFFER", Pickle.protocol(5).op(0x97), "opcode 0x97"),
        pickle("text after STOP", dict().op('N', 's', '.', '.'), "goes on after its end"),
        pickle("left over", Pickle.protocol(2).op('N', 'N'), "1 values are left over"),
        pickle("open mark", Pickle.protocol(2).op('(', 'N', '.', 'N'), "goes on after its end"),
        pickle("no mark", Pickle.protocol(2).op('t'), "a sequence that never began"),
        pickle("unset memo", Pickle.protocol(2).op('h', 7), "memo 7, which was never set"),
        pickle("below mark", Pickle.protocol(2).op('N', '(', 0x85), "not there"),
        pickle("append", Pickle.protocol(2).op('}', 'N', 'a'), "appends to a dict"),
        pickle("set item", Pickle.protocol(2).op(']', 'N', 'N', 's'), "sets items of a list"),
        pickle("odd items", Pickle.protocol(2).op('}', '(', 'N', 'u'), "dict from 1 values"),
        pickle("add", Pickle.protocol(4).op(']', '(', 'N', 0x90), "adds 1 items to a list"),
        pickle("build", Pickle.protocol(2).op('}', '}', 'b'), "sets the state of a dict"),
        pickle("list key", Pickle.protocol(2).op('}', ']', 'N', 's'), "a list as a dict's key"),
        pickle("call dict", Pickle.protocol(2).op('}', ')', 'R'), "calls a dict with a tuple"),
        pickle("long string", Pickle.protocol(2).op('X', 255, 255, 255, 255), "needs 4294967295"),
        pickle("negative", Pickle.protocol(2).op(0x8b, 255, 255, 255, 255), "needs"),
        pickle("frame", Pickle.protocol(4).op(0x95).append(Pickle.little(8, HUGE)), "a frame of"),
        pickle("not UTF-8", Pickle.protocol(2).op('X', 1, 0, 0, 0, 0x80), "not UTF-8"),
        pickle(
            "long integer", Pickle.protocol(2).op(0x8b, 1, 4, 0, 0).repeat(1025, 1), "1025 bytes"),
        pickle("endless line", Pickle.protocol(2).op('c').repeat(2000, 'a'), "does not end"),
        pickle("number", Pickle.protocol(1).op('I', 'x', '\n'), "not a number"),
        pickle("name", Pickle.protocol(4).op('N', 'N', 0x93), "a None where a str belongs"),
        pickle(
            "class",
            Pickle.protocol(2).global("torch", "Tensor").op(')', 'R'),
            "calls torch.Tensor"),
        pickle("depth", Pickle.protocol(2).repeat(100_000, '('), "nesting deeper than 1000"),
        pickle("stack", Pickle.protocol(2).repeat(1_000_001, 'N'), "more than 1000000 values"),
        pickle(
            "steps",
            Pickle.protocol(2).op('N').repeat(5_000_001, 'q', 0),
            "more than 5000000 steps"),
        pickle("storage size", dict().tensor("0", 3).op('s'), "3 elements of float32 but has 8"),
        pickle("huge storage", dict().tensor("0", HUGE).op('s'), "elements of float32 but has 8"),
        pickle("elements", dict().tensor("0", Long.MAX_VALUE).op('s'), "elements. The file"),
        pickle("two sizes", dict().tensor("0", 2).tensor("0", 1), "both 2 elements of float32"),
        pickle(
            "type", dict().storage("FloatStorage", "0", 2).storage("IntStorage", "0", 2), "both"),
        pickle("past the end", tensorOf(longs(3), longs(1), 0), "does not fit into its storage"),
        pickle("offset", tensorOf(longs(2), longs(1), 1), "at offset 1 does not fit"),
        pickle("negative offset", tensorOf(longs(2), longs(1), -1), "does not fit"),
        pickle("stride", tensorOf(longs(2), longs(2), 0), "does not fit into its storage"),
        pickle("negative stride", tensorOf(longs(2), longs(-1), 1), "negative shape"),
        pickle("overflow", tensorOf(longs(HUGE, HUGE), longs(0, 0), 0), "exceeds 64 bits"),
        pickle("span", tensorOf(longs(HUGE), longs(HUGE), 0), "exceeds 64 bits"),
        pickle("ranks differ", tensorOf(longs(2), longs(1, 1), 0), "1 dimensions with 2 strides"),
        pickle("rank", tensorOf(new long[65], new long[65], 0), "a tensor of 65 dimensions"),
        pickle("expanded", tensorOf(longs(1 << 22), longs(0), 0), "more than 4 times the file's"),
        pickle("2 GiB", tensorOf(longs(1L << 30), longs(0), 0), "more than the 2 GiB"),
        pickle(
            "unprintable",
            Pickle.protocol(2).op('}').text("a\n").tensor("0", 2).op('s'),
            "'a\\u000a'"));
  }

  private static Arguments pickle(String name, Pickle pickle, String message) {
    return arguments(name, pickle.stop(), message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String name, byte[] pickle, String message) {
    assertThatThrownBy(() -> read(pickle))
        .as(name)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  private static PyValue load(Pickle pickle) {
    return new Unpickler(ByteBuffer.wrap(pickle.stop()), "test", new Storages()).load();
  }

  @Test
  void saysWhereInThePickle() {
    assertThatThrownBy(() -> load(Pickle.protocol(2).op('N').global("os", "system")))
        .hasMessageStartingWith("byte 3 of test: refers to 'os.system'");
  }

  @Test
  void nestingWithoutMarksNeedsNoJavaStack() {
    Pickle lists = Pickle.protocol(2).repeat(400_000, ']').repeat(399_999, 'a');
    assertThatThrownBy(() -> read(lists.stop())).hasMessageContaining("list holds no tensors");
    Pickle tuples = Pickle.protocol(2).op(')').repeat(1_000_000, Opcode.TUPLE1);
    assertThatThrownBy(() -> read(tuples.stop())).hasMessageContaining("tuple holds no tensors");
  }

  /** tᵢ₊₁ = (tᵢ, tᵢ), 60 times over: 2⁶⁰ leaves, and a dict's key besides. */
  @Test
  void sharedTuplesAreVisitedOnce() {
    Pickle dict = Pickle.protocol(2).op('}').append(chain()).append(chain()).op('s');
    assertThatThrownBy(() -> read(dict.stop())).hasMessageContaining("holds no tensors");
    Pickle alone = Pickle.protocol(2).append(chain());
    assertThatThrownBy(() -> read(alone.stop())).hasMessageContaining("holds no tensors");
  }

  private static byte[] chain() {
    Pickle pickle = new Pickle().op('N');
    for (int i = 0; i < 60; i++) {
      pickle.op('q', i, 'h', i, Opcode.TUPLE2);
    }
    byte[] stopped = pickle.stop();
    return Arrays.copyOf(stopped, stopped.length - 1);
  }

  @Test
  void valuesThatContainThemselves() {
    Pickle list = Pickle.protocol(2).op(']', 'q', 0, 'h', 0, 'a');
    assertThatThrownBy(() -> read(list.stop())).hasMessageContaining("holds no tensors");
    Pickle dict = Pickle.protocol(2).op('}', 'q', 0).text("model").op('h', 0, 's');
    assertThatThrownBy(() -> read(dict.stop())).hasMessageContaining("holds no tensors");
  }

  /** One list of n items passed to n calls would cost n² without the count of steps. */
  @Test
  void callsAreChargedForTheirLists() {
    Pickle pickle = Pickle.protocol(2).op(']', 'q', 0, '(');
    for (int i = 0; i < 10_000; i++) {
      pickle.text("k" + i).op('N', Opcode.TUPLE2);
    }
    pickle.op('e', 'h', 0, Opcode.TUPLE1, 'q', 1);
    pickle.global("collections", "OrderedDict").op('q', 2);
    pickle.repeat(10_000, 'h', 2, 'h', 1, 'R');
    assertThatThrownBy(() -> load(pickle)).hasMessageContaining("more than 5000000 steps");
  }

  @Test
  void python2PassesAnOrderedDictItsItems() {
    Pickle pickle =
        Pickle.protocol(2)
            .global("collections", "OrderedDict")
            .op(']', ']', 'U', 1, 'w', 'a', 'K', 5, 'a', 'a', Opcode.TUPLE1, 'R');
    assertThat(load(pickle))
        .isInstanceOfSatisfying(
            PyValue.Dict.class,
            dict -> assertThat(dict.items()).containsEntry("w", new PyValue.Int(5)));
  }

  @Test
  void integersOfEveryOpcode() {
    assertThat(load(Pickle.protocol(2).op('J', 254, 255, 255, 255))).isEqualTo(new PyValue.Int(-2));
    assertThat(load(Pickle.protocol(2).op('M', 1, 2))).isEqualTo(new PyValue.Int(513));
    assertThat(load(Pickle.protocol(2).op(0x8a, 0))).isEqualTo(new PyValue.Int(0));
    assertThat(load(Pickle.protocol(2).op(0x8a, 2, 0, 128))).isEqualTo(new PyValue.Int(-32768));
    assertThat(load(Pickle.protocol(2).op(0x8b, 1, 0, 0, 0, 5))).isEqualTo(new PyValue.Int(5));
    assertThat(load(Pickle.protocol(1).op('L', '-', '9', 'L', '\n')))
        .isEqualTo(new PyValue.Int(-9));
    assertThat(load(Pickle.protocol(1).op('I', '0', '1', '\n'))).isEqualTo(new PyValue.Bool(true));
    assertThat(load(Pickle.protocol(2).op('G').append(new byte[] {64, 9, 33, -5, 84, 68, 45, 24})))
        .isEqualTo(new PyValue.Real(Math.PI));
  }
}
