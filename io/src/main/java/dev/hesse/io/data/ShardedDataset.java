package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Datasets one after another, such as the files of a folder. A read takes each of them at most
 * once, its examples in ascending order.
 */
public final class ShardedDataset implements Dataset {
  private final String source;
  private final List<Dataset> shards;
  private final int[] firsts;
  private final int examples;

  /**
   * @param source as {@link #source()}
   * @param shards in the order of the examples
   * @throws BadInputException if there are no examples, or shards differ in their shape
   */
  public ShardedDataset(String source, List<? extends Dataset> shards) {
    this.source = source;
    this.shards = List.copyOf(shards);
    this.firsts = new int[shards.size()];
    int count = 0;
    for (int s = 0; s < firsts.length; s++) {
      Dataset shard = shards.get(s);
      requireShape(shard, shards.get(0).exampleShape());
      if (shard.examples() > Integer.MAX_VALUE - count) {
        throw new BadInputException(
            "%s: there are more examples than can be numbered".formatted(source),
            "Give fewer files");
      }
      firsts[s] = count;
      count += shard.examples();
    }
    if (count == 0) {
      throw new BadInputException(
          "%s: there are no examples".formatted(source), "Check the path and the files' names");
    }
    this.examples = count;
  }

  private static void requireShape(Dataset shard, int[] common) {
    if (!Arrays.equals(common, shard.exampleShape())) {
      throw new BadInputException(
          "%s: examples have shape %s, those before %s"
              .formatted(
                  shard.source(), Arrays.toString(shard.exampleShape()), Arrays.toString(common)),
          "Give files of one shape");
    }
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public int examples() {
    return examples;
  }

  @Override
  public int[] exampleShape() {
    return shards.get(0).exampleShape();
  }

  @Override
  public int classes() {
    return shards.stream().mapToInt(Dataset::classes).max().orElseThrow();
  }

  @Override
  public int[] labels() {
    return shards.stream().flatMapToInt(shard -> Arrays.stream(shard.labels())).toArray();
  }

  @Override
  public float[] black() {
    return shards.get(0).black();
  }

  @Override
  public ImageBatch images(int[] numbers) {
    for (int number : numbers) {
      Objects.checkIndex(number, examples);
    }
    int size = Arrays.stream(exampleShape()).reduce(1, Math::multiplyExact);
    ImageBatch batch =
        new ImageBatch(
            new float[Math.multiplyExact(numbers.length, size)], new int[numbers.length]);
    int[] places =
        IntStream.range(0, numbers.length)
            .mapToLong(place -> (long) numbers[place] << Integer.SIZE | place)
            .sorted()
            .mapToInt(numberAndPlace -> (int) numberAndPlace)
            .toArray();
    int from = 0;
    while (from < places.length) {
      int shard = shardOf(numbers[places[from]]);
      int end = shard + 1 < firsts.length ? firsts[shard + 1] : examples;
      int to = from;
      while (to < places.length && numbers[places[to]] < end) {
        to++;
      }
      read(shard, numbers, Arrays.copyOfRange(places, from, to), size, batch);
      from = to;
    }
    return batch;
  }

  /** The one that holds an example; an empty one begins where the next does. */
  private int shardOf(int number) {
    int shard = Arrays.binarySearch(firsts, number);
    shard = shard < 0 ? -shard - 2 : shard;
    while (shards.get(shard).examples() == 0) {
      shard++;
    }
    return shard;
  }

  private void read(int shard, int[] numbers, int[] places, int size, ImageBatch batch) {
    int[] local = Arrays.stream(places).map(place -> numbers[place] - firsts[shard]).toArray();
    ImageBatch part = shards.get(shard).images(local);
    for (int i = 0; i < places.length; i++) {
      System.arraycopy(part.inputs(), i * size, batch.inputs(), places[i] * size, size);
      batch.labels()[places[i]] = part.labels()[i];
    }
  }
}
