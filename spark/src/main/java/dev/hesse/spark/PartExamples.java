package dev.hesse.spark;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;

/** The examples of one part, mini-batch after mini-batch. */
record PartExamples(BatchSource whole, Deal deal, int part) implements BatchSource {

  @Override
  public String source() {
    return whole.source();
  }

  @Override
  public int examples() {
    return deal.examplesOf(part);
  }

  @Override
  public int position(int number) {
    int batch = deal.batchAt(part, number / deal.miniBatch());
    return deal.first(batch) + number % deal.miniBatch();
  }

  /**
   * @throws IndexOutOfBoundsException if the range is not within one mini-batch
   */
  @Override
  public Batch read(int from, int count) {
    int within = from % deal.miniBatch();
    int batch = deal.batchAt(part, from / deal.miniBatch());
    if (within + count > deal.count(batch)) {
      throw new IndexOutOfBoundsException(
          "examples %d to %d of part %d".formatted(from, from + count - 1, part));
    }
    return whole.read(position(from), count);
  }

  @Override
  public BatchSource reordered(int[] order) {
    throw new UnsupportedOperationException("a part has the order of the whole");
  }
}
