package dev.hesse.io.tensorbundle;

import static dev.hesse.io.tensorbundle.TestTable.block;
import static dev.hesse.io.tensorbundle.TestTable.concat;
import static dev.hesse.io.tensorbundle.TestTable.entry;
import static dev.hesse.io.tensorbundle.TestTable.handle;
import static dev.hesse.io.tensorbundle.TestTable.little;
import static dev.hesse.io.tensorbundle.TestTable.varint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LevelDbTableTest {
  private static final byte[] VALUE = bytes("value");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] flip(byte[] file, int at) {
    byte[] flipped = file.clone();
    flipped[at] ^= 1;
    return flipped;
  }

  private static byte[] oneBlock(byte[] block) {
    return new TestTable().add(block).build();
  }

  private static byte[] snappy(byte[]... parts) {
    return new TestTable().add(concat(parts), 1).build();
  }

  private static Map<String, String> read(byte[] file) throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    LevelDbTable.read(
        FileBytes.of(file),
        (key, value) ->
            entries.put(
                new String(key, StandardCharsets.UTF_8),
                StandardCharsets.UTF_8.decode(value).toString()));
    return entries;
  }

  @Test
  void readsBlocksAndSharedKeys() throws IOException {
    byte[] file =
        new TestTable()
            .add(
                block(
                    entry("appendix", bytes("")), entry(3, bytes("le"), VALUE), entry("b", VALUE)))
            .add(block(entry("c", bytes("last"))))
            .build();
    assertThat(read(file))
        .containsExactly(
            Map.entry("appendix", ""),
            Map.entry("apple", "value"),
            Map.entry("b", "value"),
            Map.entry("c", "last"));
  }

  /** A literal, a copy that overlaps its own result, and copies with two and four byte offsets. */
  @Test
  void decompressesSnappy() throws IOException {
    byte[] block = block(entry("k", bytes("ababababab--abab--ab")));
    byte[] compressed =
        concat(
            varint(block.length),
            new byte[] {(6 - 1) << 2},
            Arrays.copyOf(block, 6),
            new byte[] {(8 - 4) << 2 | 1, 2},
            new byte[] {(byte) (60 << 2), 2 - 1},
            bytes("--"),
            new byte[] {(4 - 1) << 2 | 2, 12, 0},
            new byte[] {(4 - 1) << 2 | 3, 6, 0, 0, 0},
            new byte[] {(8 - 1) << 2},
            little(0, 1));
    assertThat(read(snappy(compressed))).containsExactly(Map.entry("k", "ababababab--abab--ab"));
  }

  static Stream<Arguments> malformed() {
    byte[] good = TestTable.ofEntries(entry("a", VALUE), entry("b", VALUE));
    byte[] keys = block(entry("a", VALUE), entry("b", VALUE));
    long past = good.length;
    return Stream.of(
        arguments("no footer", new byte[20], "its 20 bytes do not end as an index does"),
        arguments(
            "another magic number", flip(good, good.length - 1), "do not end as an index does"),
        arguments(
            "index block past the end",
            new TestTable().add(keys).build(handle(past, 4)),
            "a block at " + past + " of 4 bytes in a file of"),
        arguments(
            "an offset beyond 63 bits",
            new TestTable().add(keys).build(handle(-1, 4)),
            "a block at 18446744073709551615 of 4 bytes in a file of"),
        arguments(
            "a size beyond 63 bits",
            new TestTable().add(keys).build(handle(0, Long.MIN_VALUE)),
            "a block at 0 of 9223372036854775808 bytes in a file of"),
        arguments("a flipped bit", flip(good, 5), "the block at 0 does not have its checksum"),
        arguments(
            "an unknown compression",
            new TestTable().add(keys, 2).build(),
            "the block at 0 has compression type 2, which is not read"),
        arguments(
            "a block twice",
            new TestTable().add(keys).repeat().build(),
            "the block at 0 begins before the end of the one before it"),
        arguments(
            "keys in descending order",
            TestTable.ofEntries(entry("b", VALUE), entry("a", VALUE)),
            "the keys of the block at 0 do not ascend"),
        arguments(
            "a key twice",
            new TestTable().add(keys).add(block(entry("b", VALUE))).build(),
            "do not ascend"),
        arguments("a block of two bytes", oneBlock(new byte[2]), "a block of 2 bytes with"),
        arguments(
            "more restart points than fit",
            oneBlock(little(0, 2)),
            "a block of 8 bytes with 2 restart points"),
        arguments(
            "a negative number of restart points",
            oneBlock(little(0, -1)),
            "a block of 8 bytes with -1 restart points"),
        arguments(
            "a restart point within an entry",
            oneBlock(concat(entry("a", VALUE), little(3, 1))),
            "a restart point that is not the start of an entry"),
        arguments(
            "a restart point at a shortened key",
            oneBlock(concat(entry("a", VALUE), entry(1, bytes("b"), VALUE), little(0, 9, 2))),
            "a restart point whose key is not whole"),
        arguments(
            "more shared than there is",
            TestTable.ofEntries(entry("a", VALUE), entry(2, bytes("b"), VALUE)),
            "a length of 2 where at most 1 fit"),
        arguments(
            "a value past the end",
            oneBlock(block(concat(varint(0), varint(1), varint(9), bytes("a")))),
            "a length of 9 where at most 4 fit"),
        arguments(
            "key and value past the end",
            oneBlock(block(concat(varint(0), varint(3), varint(3), bytes("abcd")))),
            "an entry of 3 and 3 bytes where 4 are left"),
        arguments(
            "a length of 64 bits",
            oneBlock(block(concat(varint(-1)))),
            "a length of 18446744073709551615 where at most 0 fit"),
        arguments("a number without an end", oneBlock(block(new byte[] {-1})), "is cut off"),
        arguments(
            "a number of eleven bytes",
            oneBlock(block(varint(-1), new byte[] {-1}, varint(-1), varint(-1))),
            "a length of 18446744073709551615"),
        arguments(
            "keys much longer than their block", oneBlock(sharedKeys()), "longer than 16 times"),
        arguments("nothing compressed", snappy(), "a number is cut off"),
        arguments(
            "compressed beyond any ratio",
            snappy(varint(1000)),
            "a length of 1000 where at most 44"),
        arguments(
            "a literal past the end",
            snappy(varint(9), new byte[] {8 << 2, 1}),
            "a literal of 9 bytes"),
        arguments(
            "a literal of 4 GiB",
            snappy(varint(9), new byte[] {(byte) (63 << 2), -1, -1, -1, -1}),
            "a literal of 4294967296 bytes"),
        arguments(
            "a copy from before the start",
            snappy(varint(9), new byte[] {0, 'a', 2, 2, 0}),
            "a copy of 1 bytes from 2 back"),
        arguments(
            "a copy of nothing", snappy(varint(9), new byte[] {0, 'a', 2, 0, 0}), "from 0 back"),
        arguments(
            "a copy that is cut off",
            snappy(varint(9), new byte[] {0, 'a', 2, 1}),
            "compressed data that is cut off"),
        arguments(
            "compressed data too short",
            snappy(varint(9), new byte[] {0, 'a'}),
            "compressed data that ends 8 bytes early"));
  }

  /** A long key, then many that add a byte to it. */
  private static byte[] sharedKeys() {
    byte[][] entries = new byte[200][];
    entries[0] = entry("k".repeat(100), VALUE);
    for (int i = 1; i < entries.length; i++) {
      entries[i] = entry(99 + i, bytes("k"), new byte[0]);
    }
    return block(entries);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void refuses(String name, byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
