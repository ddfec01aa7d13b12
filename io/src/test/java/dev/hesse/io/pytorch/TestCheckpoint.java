package dev.hesse.io.pytorch;

import dev.hesse.io.zip.TestZip;
import java.nio.charset.StandardCharsets;

/** Archives as {@code torch.save} writes them. */
final class TestCheckpoint {
  private TestCheckpoint() {}

  /** A checkpoint with this pickle, and storages 0, 1, … */
  static TestZip zip(byte[] pickle, byte[]... storages) {
    TestZip zip = new TestZip();
    zip.add("archive/data.pkl", pickle);
    zip.add("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < storages.length; i++) {
      zip.add("archive/data/" + i, storages[i]);
    }
    zip.add("archive/version", "3\n".getBytes(StandardCharsets.UTF_8));
    return zip;
  }

  /** A checkpoint whose one tensor {@code w} is [1, 2]. */
  static TestZip zip() {
    return zip(Pickle.stateDict(), Pickle.floats(1, 2));
  }
}
