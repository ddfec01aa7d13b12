package dev.hesse.spark;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import java.util.stream.IntStream;

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

  /** The whole in another order too, as far as it is this part. */
  @Override
  public BatchSource reordered(int[] order) {
    if (order.length != examples()) {
      throw new IllegalArgumentException(
          "expected an order of %d examples, got %d".formatted(examples(), order.length));
    }
    int[] all = IntStream.range(0, deal.examples()).toArray();
    for (int i = 0; i < order.length; i++) {
      all[position(i)] = position(order[i]);
    }
    return new PartExamples(whole.reordered(all), deal, part);
  }
}
