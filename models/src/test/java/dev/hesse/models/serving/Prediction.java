package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a model gives for one batch. */
@SuppressWarnings("ArrayRecordComponent") // compared element by element only
record Prediction(double[] logits, double[] probabilities, long[] classes) {

  /**
   * Runs batches through a model.
   *
   * @param launcher the command that runs {@link Predict} or its like, without its arguments; empty
   *     for this very process
   * @param images as many as the largest of {@code sizes}, float32 or uint8
   */
  static List<Prediction> of(
      List<String> launcher, Path model, byte[] images, int classes, Path scratch, int... sizes)
      throws IOException, InterruptedException {
    Path input = Files.write(scratch.resolve("images.bin"), images);
    Path output = scratch.resolve("predictions.bin");
    Path log = scratch.resolve("predict.log");
    List<String> command = new ArrayList<>(launcher);
    command.addAll(
        List.of(model.toString(), input.toString(), output.toString(), Integer.toString(classes)));
    for (int size : sizes) {
      command.add(Integer.toString(size));
    }
    if (launcher.isEmpty()) {
      Predict.main(command.toArray(String[]::new));
    } else {
      int status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      assertThat(status).as(() -> read(log)).isZero();
    }
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(output)).order(ByteOrder.LITTLE_ENDIAN);
    List<Prediction> predictions = new ArrayList<>();
    for (int size : sizes) {
      double[] logits = floats(content, size * classes);
      double[] probabilities = floats(content, size * classes);
      long[] likeliest = new long[size];
      for (int i = 0; i < size; i++) {
        likeliest[i] = content.getLong();
      }
      predictions.add(new Prediction(logits, probabilities, likeliest));
    }
    assertThat(content.hasRemaining()).isFalse();
    return predictions;
  }

  /** A JVM with the class path of the tests. */
  static List<String> inFreshProcess() {
    return List.of(java(), "-cp", System.getProperty("java.class.path"), Predict.class.getName());
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static double[] floats(ByteBuffer content, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = content.getFloat();
    }
    return values;
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
