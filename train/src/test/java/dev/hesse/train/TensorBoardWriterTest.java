package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.SessionLog.SessionStatus;
import org.tensorflow.proto.Summary;

class TensorBoardWriterTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @TempDir Path folder;

  @Test
  void scalarsComeBackInOrder() throws IOException {
    try (TensorBoardWriter writer = new TensorBoardWriter(folder)) {
      writer.scalar("loss/train", 1, 2.5);
      writer.scalar("learning_rate", 1, 0.1);
      writer.scalar("loss/train", 1L << 40, -1e-3);
      writer.scalar("loss/test", 3, Double.NaN);
    }
    List<Event> events = events();
    assertThat(events.get(0).getFileVersion()).startsWith("brain.Event:2");
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionStatus.START);
    List<Event> scalars = events.subList(2, events.size());
    assertThat(scalars).extracting(Event::getStep).containsExactly(1L, 1L, 1L << 40, 3L);
    assertThat(scalars)
        .extracting(event -> value(event).getTag())
        .containsExactly("loss/train", "learning_rate", "loss/train", "loss/test");
    assertThat(scalars)
        .extracting(event -> value(event).getSimpleValue())
        .containsExactly(2.5f, 0.1f, -1e-3f, Float.NaN);
  }

  @Test
  void aDensityIsAHistogramOfItsWeights() throws IOException {
    double[] nodes = {3, -1, 0.5, 0.5, 7};
    double[] weights = {0.125, 0.25, 0.25, 0.375, 0};
    try (TensorBoardWriter writer = new TensorBoardWriter(folder)) {
      writer.density("hessian/density", 12, nodes, weights);
    }
    Event event = events().get(2);
    assertThat(event.getStep()).isEqualTo(12);
    assertThat(value(event).getTag()).isEqualTo("hessian/density");
    HistogramProto histogram = value(event).getHisto();
    assertThat(histogram.getMin()).isEqualTo(-1);
    assertThat(histogram.getMax()).isEqualTo(3);
    assertThat(histogram.getBucketLimitList()).containsExactly(-0.25, 1.75, 3.0);
    assertThat(histogram.getBucketList()).containsExactly(0.25, 0.625, 0.125);
    assertThat(histogram.getNum()).isEqualTo(1);
    assertThat(histogram.getSum()).isEqualTo(0.4375);
    assertThat(histogram.getSumSquares()).isEqualTo(1.53125);
  }

  @Test
  void momentsOfAWholeSpectrumAreThoseOfItsNodes() {
    double[] nodes = new double[100];
    double[] weights = new double[100];
    double mean = 0;
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = Math.scalb(1.0 + i, i % 20 - 10) * (i % 3 - 1);
      weights[i] = (i + 1) / 5050.0;
      mean += weights[i] * nodes[i];
    }
    HistogramProto histogram = DensityHistogram.of(nodes, weights);
    // 100 terms round by at most 100 ulp of the sum of their magnitudes, below 2^16.
    double rounding = 100 * Math.ulp(0x1p16);
    assertThat(histogram.getNum()).isCloseTo(1, within(100 * Math.ulp(1.0)));
    assertThat(histogram.getSum()).isCloseTo(mean, within(rounding));
    assertThat(histogram.getBucketList().stream().mapToDouble(Double::doubleValue).sum())
        .isCloseTo(1, within(100 * Math.ulp(1.0)));
    assertThat(histogram.getBucketLimitList()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aSingleNodeIsOneBucket() {
    HistogramProto histogram = DensityHistogram.of(new double[] {2}, new double[] {1});
    assertThat(histogram.getBucketLimitList()).containsExactly(2.0);
    assertThat(histogram.getBucketList()).containsExactly(1.0);
    assertThat(histogram.getMin()).isEqualTo(2);
  }

  @Test
  void densitiesThatAreNoneAreRefused() {
    refused(new double[] {1, 2}, new double[] {1}, "as many weights as nodes, got 1 and 2");
    refused(new double[] {1, Double.NaN}, new double[] {1, 1}, "node 1 must be finite, got NaN");
    refused(new double[] {1}, new double[] {-0.5}, "weight 0 must be finite and not negative");
    refused(new double[] {1}, new double[] {Double.NaN}, "weight 0 must be finite");
    refused(new double[] {1}, new double[] {0}, "expected a positive weight, got none among 1");
  }

  private static void refused(double[] nodes, double[] weights, String message) {
    assertThatThrownBy(() -> DensityHistogram.of(nodes, weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFlushPutsEverythingOnTheDisk() throws IOException {
    try (TensorBoardWriter writer = new TensorBoardWriter(folder)) {
      writer.scalar("loss/train", 1, 2.5);
      assertThat(events()).hasSize(2);
      writer.flush();
      assertThat(events()).hasSize(3);
    }
  }

  @Test
  void eachFileSupersedesThoseBeforeIt() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (TensorBoardWriter writer = new TensorBoardWriter(folder)) {
        writer.scalar("loss/train", 400, 1);
      }
    }
    List<Path> files = EventFile.in(folder);
    assertThat(files).hasSize(2);
    for (Path file : files) {
      Event restart = EventFile.read(file).get(1);
      assertThat(restart.getSessionLog().getStatus()).isEqualTo(SessionStatus.START);
      assertThat(restart.getStep()).isZero();
    }
  }

  @Test
  void closingLeavesNoFileOpen() throws IOException {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "open files are listed on Linux only");
    try (TensorBoardWriter writer = new TensorBoardWriter(folder)) {
      writer.scalar("loss/train", 1, 2.5);
      assertThat(openFiles()).hasSize(1);
    }
    assertThat(openFiles()).isEmpty();
  }

  @Test
  void aFolderThatCannotBeMadeIsAnError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> new TensorBoardWriter(file.resolve("events")))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> new TensorBoardWriter(file))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aFolderThatFilesCannotBeMadeInIsAnErrorOfOneLine() {
    Path kernel = Path.of("/proc/self");
    assumeTrue(Files.isDirectory(kernel), "a folder that even root cannot write to");
    assertThatThrownBy(() -> new TensorBoardWriter(kernel))
        .isInstanceOf(FileSystemException.class)
        .hasMessageStartingWith("/proc/self: event file cannot be written: ")
        .hasMessageNotContaining("\n");
  }

  private List<Event> events() throws IOException {
    return EventFile.read(EventFile.in(folder).get(0));
  }

  private static Summary.Value value(Event event) {
    assertThat(event.getSummary().getValueCount()).isEqualTo(1);
    return event.getSummary().getValue(0);
  }

  private List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)) {
          Path target = Files.readSymbolicLink(descriptor);
          if (target.startsWith(folder.toRealPath())) {
            open.add(target);
          }
        }
      }
    }
    return open;
  }
}
