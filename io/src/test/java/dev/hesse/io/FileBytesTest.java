package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBytesTest {
  @TempDir Path folder;

  /** A sparse file past 4 GiB, so that offsets exceed 32 bits and windows are crossed. */
  @Test
  void mapsWhatIsLargerThanABuffer() throws Exception {
    long window = 1L << 30;
    Path path = folder.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long offset : new long[] {0, window - 1, 4 * window + 5}) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), offset);
      }
    }
    ByteBuffer last;
    try (FileBytes file = FileBytes.open(path)) {
      assertThat(file.size()).isEqualTo(4 * window + 8);
      ByteBuffer crossing = file.slice(window - 1, window);
      assertThat(crossing.get(0)).isEqualTo((byte) 1);
      assertThat(crossing.get(2)).isEqualTo((byte) 3);
      ByteBuffer longest = file.slice(window - 1, Integer.MAX_VALUE);
      assertThat(longest.get(1)).isEqualTo((byte) 2);
      last = file.slice(4 * window + 5, 3);
      assertThatThrownBy(() -> file.slice(4 * window + 6, 3))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(last.get(2)).as("readable after closing").isEqualTo((byte) 3);
  }
}
