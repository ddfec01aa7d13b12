package dev.hesse.spark;

import java.io.Serializable;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How examples are cut into mini-batches, as in one process, and these dealt to parts in turn, so
 * that the mini-batches of large curvature, which come first, lie on different executors.
 *
 * @param miniBatch examples in each mini-batch but perhaps the last
 * @param parts at most as many as there are mini-batches
 */
record Deal(int examples, int miniBatch, int parts) implements Serializable {

  /** Deals to as many parts as wanted, as far as there are mini-batches. */
  static Deal of(int examples, int miniBatch, int wanted) {
    return new Deal(examples, miniBatch, Math.min(wanted, (examples - 1) / miniBatch + 1));
  }

  int miniBatches() {
    return (examples - 1) / miniBatch + 1;
  }

  int first(int batch) {
    return batch * miniBatch;
  }

  int count(int batch) {
    return Math.min(miniBatch, examples - first(batch));
  }

  /** The sizes that mini-batches have: one, or two. */
  Set<Integer> sizes() {
    return IntStream.of(count(0), count(miniBatches() - 1)).boxed().collect(Collectors.toSet());
  }

  int partOf(int batch) {
    return batch % parts;
  }

  /** Which of its part's mini-batches this is. */
  int placeOf(int batch) {
    return batch / parts;
  }

  /** The mini-batch at a place of a part. */
  int batchAt(int part, int place) {
    return place * parts + part;
  }

  int examplesOf(int part) {
    return IntStream.iterate(part, batch -> batch < miniBatches(), batch -> batch + parts)
        .map(this::count)
        .sum();
  }

  /** The share of all examples that a part has. */
  double share(int part) {
    return (double) examplesOf(part) / examples;
  }
}
