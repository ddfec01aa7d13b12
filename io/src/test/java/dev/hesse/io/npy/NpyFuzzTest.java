package dev.hesse.io.npy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes give an array or a {@link BadInputException}. */
class NpyFuzzTest {
  static Stream<byte[]> files() {
    return Stream.of(
            "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }\n",
            "{'descr': '>i2', 'fortran_order': True, 'shape': (4,), }   \n",
            "{'descr': '|b1', 'fortran_order': False, 'shape': (8,), }  \n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (), }    \n")
        .map(
            header ->
                "\u0093NUMPY\1\0" + (char) header.length() + "\0" + header + "\0\1\2\3\4\5\6\7")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("files")
  @FuzzTest(maxDuration = "5m")
  void file(byte[] content) throws IOException {
    try {
      Npy.read(FileBytes.of(content)).toDoubles();
    } catch (BadInputException e) {
      if (String.valueOf(e.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", e);
      }
    }
  }
}
