package dev.hesse.train;

import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.ImageBatch;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The batches of one epoch: every example once in a random order, changed at random if asked for,
 * the last batch smaller where the size does not divide. Order and changes are functions of seed,
 * epoch and place. A thread of its own reads ahead.
 */
final class EpochBatches implements AutoCloseable {
  private static final int AHEAD = 4;

  private final Dataset data;
  private final int[] order;
  private final int batchSize;
  private final Optional<Augmentation> augmentation;
  private final long augmentationSeed;
  private final ExecutorService reader;
  private final Deque<Future<ImageBatch>> read = new ArrayDeque<>();
  private int next;

  /**
   * @param epoch from 1
   * @param from the first batch to read
   */
  EpochBatches(
      Dataset data,
      int batchSize,
      Optional<Augmentation> augmentation,
      long seed,
      int epoch,
      int from) {
    SplittableRandom random = generator(seed, epoch);
    this.data = data;
    this.batchSize = batchSize;
    this.augmentation = augmentation;
    this.order =
        new ExampleOrder.Shuffled(random.nextLong()).first(data.examples(), data.examples());
    this.augmentationSeed = random.nextLong();
    this.next = from;
    this.reader =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "training data");
              thread.setDaemon(true);
              return thread;
            });
    for (int i = 0; i < AHEAD; i++) {
      readAhead();
    }
  }

  /** The batches of any epoch. */
  static int count(int examples, int batchSize) {
    return (examples - 1) / batchSize + 1;
  }

  /** The generator whose seed is the word of that number from the generator {@code seed}. */
  private static SplittableRandom generator(long seed, int epoch) {
    SplittableRandom words = new SplittableRandom(seed);
    for (int i = 0; i < epoch; i++) {
      words.nextLong();
    }
    return new SplittableRandom(words.nextLong());
  }

  private void readAhead() {
    int from = next * batchSize;
    if (from < order.length) {
      next++;
      read.add(reader.submit(() -> read(from)));
    }
  }

  private ImageBatch read(int from) {
    int to = Math.min(order.length, from + batchSize);
    ImageBatch batch = data.images(Arrays.copyOfRange(order, from, to));
    return augmentation.map(a -> a.apply(batch, augmentationSeed + from)).orElse(batch);
  }

  /** Takes the next batch; waits for it where reading is slower than training. */
  ImageBatch take() {
    Future<ImageBatch> batch = read.remove();
    readAhead();
    try {
      return batch.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading training data", e);
    }
  }

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
