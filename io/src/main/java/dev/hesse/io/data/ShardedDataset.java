package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Datasets one after another, such as the files of a folder. Each is opened once to be looked at,
 * and again when its examples are read, unless there was memory to keep it.
 */
public final class ShardedDataset implements Dataset {
  private final String source;
  private final List<Shard> shards = new ArrayList<>();
  private final List<Integer> firsts = new ArrayList<>();
  private final int[] shape;
  private final float[] black;
  private final int examples;
  private int classes;

  /** Opens one of the datasets. */
  @FunctionalInterface
  public interface Opener {
    Dataset open() throws IOException;
  }

  private static final class Shard {
    private final Opener opener;
    private SoftReference<Dataset> open;

    Shard(Opener opener, Dataset first) {
      this.opener = opener;
      this.open = new SoftReference<>(first);
    }

    synchronized Dataset dataset() {
      Dataset dataset = open.get();
      if (dataset == null) {
        try {
          dataset = opener.open();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        open = new SoftReference<>(dataset);
      }
      return dataset;
    }
  }

  /**
   * @param source as {@link #source()}
   * @param openers in the order of the examples
   * @throws BadInputException if there are none, or their examples differ in shape
   */
  public ShardedDataset(String source, List<? extends Opener> openers) throws IOException {
    this.source = source;
    int[] common = new int[0];
    float[] common0 = new float[0];
    int count = 0;
    for (Opener opener : openers) {
      Dataset dataset = opener.open();
      if (shards.isEmpty()) {
        common = dataset.exampleShape();
        common0 = dataset.black();
      } else if (!Arrays.equals(common, dataset.exampleShape())) {
        throw new BadInputException(
            "%s: examples have shape %s, those before %s"
                .formatted(
                    dataset.source(),
                    Arrays.toString(dataset.exampleShape()),
                    Arrays.toString(common)),
            "Give files of one shape");
      }
      shards.add(new Shard(opener, dataset));
      firsts.add(count);
      if (dataset.examples() > Integer.MAX_VALUE - count) {
        throw new BadInputException(
            "%s: there are more examples than can be numbered".formatted(source),
            "Give fewer files");
      }
      count += dataset.examples();
      classes = Math.max(classes, dataset.classes());
    }
    if (count == 0) {
      throw new BadInputException(
          "%s: there are no examples".formatted(source), "Check the path and the files' names");
    }
    this.shape = common;
    this.black = common0;
    this.examples = count;
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
    return shape.clone();
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public float[] black() {
    return black.clone();
  }

  @Override
  public ImageBatch images(int[] numbers) {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    ImageBatch batch =
        new ImageBatch(
            new float[Math.multiplyExact(numbers.length, size)], new int[numbers.length]);
    for (int number : numbers) {
      Objects.checkIndex(number, examples);
    }
    for (int s = 0; s < shards.size(); s++) {
      int first = firsts.get(s);
      int end = s + 1 < shards.size() ? firsts.get(s + 1) : examples;
      int[] places =
          IntStream.range(0, numbers.length)
              .filter(i -> numbers[i] >= first && numbers[i] < end)
              .toArray();
      if (places.length > 0) {
        int[] local = Arrays.stream(places).map(i -> numbers[i] - first).toArray();
        ImageBatch part = shards.get(s).dataset().images(local);
        for (int i = 0; i < places.length; i++) {
          System.arraycopy(part.inputs(), i * size, batch.inputs(), places[i] * size, size);
          batch.labels()[places[i]] = part.labels()[i];
        }
      }
    }
    return batch;
  }
}
