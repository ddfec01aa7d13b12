package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarDatasetTest {
  private static final Normalization IDENTITY =
      new Normalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  @TempDir Path folder;

  /** A pixel that depends on the image, the channel, the row and the column. */
  private static int pixel(int image, int channel, int row, int column) {
    return (image * 31 + channel * 71 + row * 5 + column * 3) % 256;
  }

  /** Records of the images {@code first}, …, with the given label bytes in front of each. */
  private static byte[] records(int first, int[]... labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < labels.length; i++) {
      for (int label : labels[i]) {
        out.write(label);
      }
      for (int channel = 0; channel < 3; channel++) {
        for (int row = 0; row < 32; row++) {
          for (int column = 0; column < 32; column++) {
            out.write(pixel(first + i, channel, row, column));
          }
        }
      }
    }
    return out.toByteArray();
  }

  private static byte[] cifar10(int first, int... labels) {
    return records(first, Arrays.stream(labels).mapToObj(l -> new int[] {l}).toArray(int[][]::new));
  }

  private CifarDataset open(Split split) throws IOException {
    return CifarDataset.open(folder, split, IDENTITY);
  }

  @Test
  void planesBecomeHeightWidthChannels() throws IOException {
    Files.write(folder.resolve("test_batch.bin"), cifar10(0, 3, 9));

    CifarDataset dataset = CifarDataset.open(folder, Split.TEST, Normalization.CIFAR);
    ImageBatch batch = dataset.images(new int[] {1});

    assertThat(dataset.exampleShape()).containsExactly(32, 32, 3);
    assertThat(dataset.classes()).isEqualTo(10);
    assertThat(batch.labels()).containsExactly(9);
    double[] mean = {0.4914, 0.4822, 0.4465};
    double[] std = {0.2023, 0.1994, 0.2010};
    for (int row = 0; row < 32; row++) {
      for (int column = 0; column < 32; column++) {
        for (int channel = 0; channel < 3; channel++) {
          double scaled = pixel(1, channel, row, column) / 255.0;
          assertThat(batch.inputs()[(row * 32 + column) * 3 + channel])
              .isEqualTo((float) ((scaled - mean[channel]) / std[channel]));
        }
      }
    }
  }

  @Test
  void trainIsTheBatchFilesThatAreThereInNumberOrder() throws IOException {
    Files.write(folder.resolve("data_batch_4.bin"), cifar10(3, 4));
    Files.write(folder.resolve("data_batch_1.bin"), cifar10(0, 1, 2));
    Files.write(folder.resolve("data_batch_2.bin"), cifar10(2, 3));

    CifarDataset dataset = open(Split.TRAIN);
    ImageBatch all = dataset.images(new int[] {0, 1, 2, 3});

    assertThat(all.labels()).containsExactly(1, 2, 3, 4);
    assertThat(dataset.images(new int[] {3, 0, 2}).labels()).containsExactly(4, 1, 3);
    for (int i = 0; i < 4; i++) {
      assertThat(all.inputs()[i * 3072]).isEqualTo(pixel(i, 0, 0, 0) / 255f);
      assertThat(dataset.images(new int[] {i}).inputs())
          .isEqualTo(Arrays.copyOfRange(all.inputs(), i * 3072, (i + 1) * 3072));
    }
  }

  @Test
  void cifar100CountsTheFineLabel() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("cifar-100-binary"));
    Files.write(inner.resolve("train.bin"), records(0, new int[] {200, 99}, new int[] {1, 17}));

    CifarDataset dataset = open(Split.TRAIN);

    assertThat(dataset.classes()).isEqualTo(100);
    ImageBatch batch = dataset.images(new int[] {0, 1});
    assertThat(batch.labels()).containsExactly(99, 17);
    assertThat(batch.inputs()[3072]).isEqualTo(pixel(1, 0, 0, 0) / 255f);
  }

  @Test
  void findsTheFolderOfTheArchive() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
    Files.write(inner.resolve("test_batch.bin"), cifar10(0, 5));

    assertThat(open(Split.TEST).examples()).isEqualTo(1);
  }

  @Test
  void saysWhichFilesAreExpected() {
    assertThatThrownBy(() -> open(Split.TRAIN))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            folder
                + " holds no CIFAR train data. Name a folder with the binary version's files:"
                + " data_batch_1.bin to data_batch_5.bin, or train.bin.");
    assertThatThrownBy(() -> CifarDataset.open(folder.resolve("absent"), Split.TEST, IDENTITY))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("absent does not exist")
        .hasMessageContaining("test_batch.bin, or test.bin");
  }

  @Test
  void refusesAFileInPlaceOfAFolder() throws IOException {
    Path file = Files.write(folder.resolve("test_batch.bin"), cifar10(0, 5));
    assertThatThrownBy(() -> CifarDataset.open(file, Split.TEST, IDENTITY))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is not a folder");
  }

  @Test
  void refusesTwoDatasetsInOneFolder() throws IOException {
    Files.write(folder.resolve("test_batch.bin"), cifar10(0, 5));
    Files.write(folder.resolve("test.bin"), records(0, new int[] {1, 2}));
    assertThatThrownBy(() -> open(Split.TEST))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("more than one dataset");
  }

  @Test
  void refusesACutRecord() throws IOException {
    byte[] bytes = cifar10(0, 1, 2, 3);
    for (int cut : new int[] {0, 1, 3072, 3074, 2 * 3073 + 1, 3 * 3073 - 1}) {
      Files.write(folder.resolve("test_batch.bin"), Arrays.copyOf(bytes, cut));
      assertThatThrownBy(() -> open(Split.TEST))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(
              "test_batch.bin: the record at byte %d is cut after %d of 3073 bytes"
                  .formatted(cut / 3073 * 3073, cut % 3073));
    }
  }

  @Test
  void refusesALabelThatIsNoClass() throws IOException {
    Files.write(folder.resolve("test_batch.bin"), cifar10(0, 9, 10));
    assertThatThrownBy(() -> open(Split.TEST))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "test_batch.bin: label 10 of record 1, at byte 3073, is not below 10");

    Files.delete(folder.resolve("test_batch.bin"));
    Files.write(folder.resolve("test.bin"), records(0, new int[] {0, 255}));
    assertThatThrownBy(() -> open(Split.TEST))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("test.bin: label 255 of record 0, at byte 1, is not below 100");
  }

  @Test
  void reportsAFileThatBecameShorter() throws IOException {
    Path file = Files.write(folder.resolve("test_batch.bin"), cifar10(0, 1, 2));
    CifarDataset dataset = open(Split.TEST);
    Files.write(file, cifar10(0, 1));

    assertThatThrownBy(() -> dataset.images(new int[] {1}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("became shorter");
  }

  @Test
  void refusesNumbersBeyondTheLastExample() throws IOException {
    Files.write(folder.resolve("test_batch.bin"), cifar10(0, 1, 2));
    CifarDataset dataset = open(Split.TEST);

    assertThatThrownBy(() -> dataset.images(new int[] {2}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
