package dev.hesse.spark;

import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.TextTensor;
import dev.hesse.io.data.BatchSource;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Tells data apart by some of its examples, from the first to the last, with their labels. */
final class Fingerprint {
  private static final int EXAMPLES = 32;

  private Fingerprint() {}

  /** That of the examples in their order. */
  static long of(BatchSource source) {
    CRC32C crc = new CRC32C();
    long last = source.examples() - 1L;
    IntStream.range(0, EXAMPLES)
        .map(i -> (int) (i * last / (EXAMPLES - 1)))
        .distinct()
        .forEach(i -> new TreeMap<>(source.read(i, 1).arrays()).forEach((n, a) -> add(crc, n, a)));
    return crc.getValue();
  }

  private static void add(CRC32C crc, String name, DataArray array) {
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    if (array instanceof StoredTensor numbers) {
      crc.update(numbers.data());
    } else {
      ((TextTensor) array).elements().forEach(crc::update);
    }
  }
}
