package dev.hesse.hessian;

import dev.hesse.hessian.MiniBatches.MiniBatch;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Reads mini-batches, and where they are asked for one after another, each while the one before is
 * computed with. Takes the memory of one more mini-batch's examples, and a thread. The source is
 * read by one thread at a time.
 */
final class ReadAhead implements AutoCloseable {
  private final BatchSource data;
  private final List<MiniBatch> all;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "hesse-read-ahead");
            thread.setDaemon(true);
            return thread;
          });
  private int last = -1;
  private @Nullable Begun begun;

  private record Begun(int number, CompletableFuture<Batch> batch) {}

  /**
   * @param all mini-batches in the order of the data
   */
  ReadAhead(BatchSource data, List<MiniBatch> all) {
    this.data = data;
    this.all = all;
  }

  /** The examples of mini-batch {@code i}. */
  Batch read(int i) {
    Begun before = begun;
    begun = null;
    Batch batch;
    if (before != null && before.number == i) {
      batch = join(before.batch);
    } else {
      if (before != null) {
        before.batch.exceptionally(failure -> null).join();
      }
      batch = read(all.get(i));
    }
    if (i > 0 && i == last + 1 && i + 1 < all.size()) {
      begun = new Begun(i + 1, CompletableFuture.supplyAsync(() -> read(all.get(i + 1)), reader));
    }
    last = i;
    return batch;
  }

  private static Batch join(CompletableFuture<Batch> batch) {
    try {
      return batch.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private Batch read(MiniBatch batch) {
    return data.read(batch.from(), batch.count());
  }

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
