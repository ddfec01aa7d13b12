package dev.hesse.io.data;

import dev.hesse.io.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link ShapeImages} as files in CIFAR-10's binary layout, for {@link CifarDataset} and everything
 * else that reads it.
 *
 * @param trainExamples the size of the training split; at least {@value #LEAST_TRAIN_EXAMPLES}
 * @param testExamples the size of the test split; at least 1
 */
public record ShapeFiles(ShapeImages images, int trainExamples, int testExamples) {

  /** One for each file of the training split. */
  public static final int LEAST_TRAIN_EXAMPLES = 5;

  /**
   * @throws IllegalArgumentException if a split is smaller
   */
  public ShapeFiles {
    if (trainExamples < LEAST_TRAIN_EXAMPLES || testExamples < 1) {
      throw new IllegalArgumentException(
          "expected at least %d training examples and 1 test example, got %d and %d"
              .formatted(LEAST_TRAIN_EXAMPLES, trainExamples, testExamples));
    }
  }

  /**
   * The content of each file by its name. Images are drawn while a file is written.
   *
   * @param drawn runs after each image
   */
  public Map<String, AtomicFile.Content> contents(Runnable drawn) {
    Map<String, AtomicFile.Content> contents = new LinkedHashMap<>();
    List<String> trainFiles = CifarFormat.CIFAR10.files(Split.TRAIN);
    for (int i = 0; i < trainFiles.size(); i++) {
      int from = (int) ((long) trainExamples * i / trainFiles.size());
      int to = (int) ((long) trainExamples * (i + 1) / trainFiles.size());
      contents.put(trainFiles.get(i), out -> write(Split.TRAIN, from, to, out, drawn));
    }
    for (String testFile : CifarFormat.CIFAR10.files(Split.TEST)) {
      contents.put(testFile, out -> write(Split.TEST, 0, testExamples, out, drawn));
    }
    String names = String.join("\n", ShapeImages.CLASS_NAMES) + "\n";
    contents.put(
        CifarFormat.CIFAR10_NAMES, out -> out.write(names.getBytes(StandardCharsets.US_ASCII)));
    return contents;
  }

  private void write(Split split, int from, int to, OutputStream out, Runnable drawn)
      throws IOException {
    for (int index = from; index < to; index++) {
      images.draw(split, index).writeTo(out);
      drawn.run();
    }
  }
}
