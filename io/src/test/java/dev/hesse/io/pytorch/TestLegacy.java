package dev.hesse.io.pytorch;

import java.io.ByteArrayOutputStream;

/** Writes legacy checkpoints. */
final class TestLegacy {
  private static final byte[] MAGIC = {
    0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
  };

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The three pickles before the object. */
  static TestLegacy begin(boolean littleEndian) {
    return new TestLegacy()
        .add(Pickle.protocol(2).op(Opcode.LONG1, MAGIC.length).append(MAGIC).stop())
        .add(Pickle.protocol(2).op(Opcode.BININT2, 0xe9, 0x03).stop())
        .add(
            Pickle.protocol(2)
                .op(Opcode.EMPTY_DICT)
                .text("little_endian")
                .op(littleEndian ? Opcode.NEWTRUE : Opcode.NEWFALSE, Opcode.SETITEM)
                .stop());
  }

  TestLegacy add(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  TestLegacy keys(String... keys) {
    Pickle pickle = Pickle.protocol(2).op(Opcode.EMPTY_LIST);
    for (String key : keys) {
      pickle.text(key).op(Opcode.APPEND);
    }
    return add(pickle.stop());
  }

  TestLegacy storage(long elements, byte[] content) {
    return add(Pickle.little(Long.BYTES, elements)).add(content);
  }

  byte[] build() {
    return out.toByteArray();
  }

  /** A checkpoint whose one tensor {@code w} is [1, 2]. */
  static byte[] checkpoint() {
    return begin(true).add(Pickle.stateDict()).keys("0").storage(2, Pickle.floats(1, 2)).build();
  }
}
