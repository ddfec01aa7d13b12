package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapeFilesTest {
  private static final ShapeImages IMAGES = new ShapeImages(5);

  @TempDir Path folder;

  private Path write(String name, ShapeFiles files) throws IOException {
    Path directory = Files.createDirectory(folder.resolve(name));
    for (Map.Entry<String, AtomicFile.Content> file : files.contents(() -> {}).entrySet()) {
      AtomicFile.write(directory.resolve(file.getKey()), file.getValue());
    }
    return directory;
  }

  private static ImageBatch readAll(Path directory, Split split) throws IOException {
    CifarDataset dataset = CifarDataset.open(directory, split, Normalization.CIFAR);
    return dataset.images(IntStream.range(0, dataset.examples()).toArray());
  }

  @Test
  void readsAsCifar10InTheOrderOfTheExamples() throws IOException {
    Path directory = write("a", new ShapeFiles(IMAGES, 23, 11));

    ImageBatch train = readAll(directory, Split.TRAIN);
    assertThat(train.labels())
        .containsExactly(
            IntStream.range(0, 23).map(i -> IMAGES.draw(Split.TRAIN, i).label()).toArray());
    assertThat(readAll(directory, Split.TEST).size()).isEqualTo(11);
    byte[] planes = IMAGES.draw(Split.TRAIN, 22).planes();
    float[][] normalised = Normalization.CIFAR.ofBytes();
    for (int i = 0; i < planes.length; i++) {
      assertThat(train.inputs()[22 * 3072 + i % 1024 * 3 + i / 1024])
          .isEqualTo(normalised[i / 1024][planes[i] & 0xFF]);
    }
    assertThat(directory.resolve("batches.meta.txt"))
        .hasContent(String.join("\n", ShapeImages.CLASS_NAMES));
    assertThat(IntStream.rangeClosed(1, 5).mapToObj("data_batch_%d.bin"::formatted))
        .allSatisfy(name -> assertThat(directory.resolve(name)).isNotEmptyFile());
  }

  @Test
  void moreExamplesLeaveTheFirstAsTheyWere() throws IOException {
    ImageBatch few = readAll(write("few", new ShapeFiles(IMAGES, 5, 1)), Split.TRAIN);
    ImageBatch many = readAll(write("many", new ShapeFiles(IMAGES, 14, 2)), Split.TRAIN);

    assertThat(many.inputs()).startsWith(few.inputs());
    assertThat(many.labels()).startsWith(few.labels());
  }

  @Test
  void tellsOfEachImage() throws IOException {
    AtomicInteger drawn = new AtomicInteger();
    for (AtomicFile.Content content :
        new ShapeFiles(IMAGES, 7, 3).contents(drawn::incrementAndGet).values()) {
      AtomicFile.write(folder.resolve("any"), content);
    }
    assertThat(drawn).hasValue(10);
  }

  @Test
  void refusesEmptyFiles() {
    assertThatThrownBy(() -> new ShapeFiles(IMAGES, 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected at least 5 training examples and 1 test example, got 4 and 1");
    assertThatThrownBy(() -> new ShapeFiles(IMAGES, 5, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
