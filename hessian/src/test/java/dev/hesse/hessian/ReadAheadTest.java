package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.hessian.MiniBatches.MiniBatch;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
  private static final List<MiniBatch> BATCHES =
      List.of(
          new MiniBatch(0, 3, 0.3),
          new MiniBatch(3, 3, 0.3),
          new MiniBatch(6, 3, 0.3),
          new MiniBatch(9, 1, 0.1));

  /** Remembers what was read, and that no two threads read at once. */
  private static final class Source implements BatchSource {
    private final List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch thirdIsRead = new CountDownLatch(1);
    private final int broken;
    private int reading;

    Source(int broken) {
      this.broken = broken;
    }

    @Override
    public String source() {
      return "test";
    }

    @Override
    public int examples() {
      return 10;
    }

    @Override
    public BatchSource reordered(int[] order) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Batch read(int from, int count) {
      enter();
      read.add(from);
      if (from == broken) {
        leave();
        throw new UncheckedIOException(new IOException("shorter"));
      }
      if (from == 6) {
        thirdIsRead.countDown();
      }
      leave();
      return new Batch(count, Map.of());
    }

    private synchronized void enter() {
      reading++;
      assertThat(reading).isEqualTo(1);
    }

    private synchronized void leave() {
      reading--;
    }
  }

  @Test
  void readsInTheBackgroundWhatFollows() throws InterruptedException {
    Source source = new Source(-1);
    try (ReadAhead ahead = new ReadAhead(source, BATCHES)) {
      ahead.read(0);
      assertThat(ahead.read(1).size()).isEqualTo(3);
      assertThat(source.thirdIsRead.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ahead.read(2).size()).isEqualTo(3);
      assertThat(ahead.read(3).size()).isEqualTo(1);
      assertThat(source.read).containsExactly(0, 3, 6, 9);
    }
  }

  @Test
  void whatWasReadForNothingDoesNotTakeTheOthersPlace() {
    Source source = new Source(-1);
    try (ReadAhead ahead = new ReadAhead(source, BATCHES)) {
      ahead.read(0);
      ahead.read(1);
      assertThat(ahead.read(3).size()).isEqualTo(1);
      assertThat(ahead.read(0).size()).isEqualTo(3);
      assertThat(source.read).containsExactly(0, 3, 6, 9, 0);
    }
  }

  @Test
  void aFailureInTheBackgroundReachesTheReader() {
    try (ReadAhead ahead = new ReadAhead(new Source(6), BATCHES)) {
      ahead.read(0);
      ahead.read(1);
      assertThatThrownBy(() -> ahead.read(2))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("shorter");
    }
  }

  @Test
  void scatteredReadsReadNothingElse() {
    Source source = new Source(-1);
    try (ReadAhead ahead = new ReadAhead(source, BATCHES)) {
      ahead.read(2);
      ahead.read(0);
      ahead.read(3);
    }
    assertThat(source.read).containsExactly(6, 0, 9);
  }
}
