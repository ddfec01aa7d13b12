package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * CIFAR-10 or CIFAR-100 in the binary layout. Opening reads and checks every label; pixels are read
 * from the files when asked for, so memory is one byte per example.
 */
public final class CifarDataset implements Dataset {
  private final Path directory;
  private final CifarFormat format;
  private final List<Shard> shards;
  private final int examples;
  private final float[][] normalised;

  /** One file: its labels, and the number of its first example. */
  @SuppressWarnings("ArrayRecordComponent") // private, never compared
  private record Shard(Path path, int first, byte[] labels) {}

  /**
   * Opens a split.
   *
   * @param directory the folder that holds the files, or the folder around the one that the
   *     published archive unpacks to. CIFAR-10's training split is whichever of {@code
   *     data_batch_1.bin} to {@code data_batch_5.bin} are there, in this order.
   * @throws BadInputException if no file of the split is there, a file is cut, or a label is not
   *     one of the classes
   * @throws IOException if a file cannot be read
   */
  public static CifarDataset open(Path directory, Split split, Normalization normalization)
      throws IOException {
    if (normalization.channels() != CifarFormat.CHANNELS) {
      throw new IllegalArgumentException(
          "expected a mean for each of 3 channels, got " + normalization.channels());
    }
    return new CifarDataset(directory, CifarFormat.locate(directory, split), normalization);
  }

  private CifarDataset(Path directory, CifarFormat.Located located, Normalization normalization)
      throws IOException {
    this.directory = directory;
    this.format = located.format();
    this.normalised = normalization.ofBytes();
    List<Shard> opened = new ArrayList<>();
    int first = 0;
    for (Path path : located.files()) {
      byte[] labels = readLabels(path, Integer.MAX_VALUE - first);
      opened.add(new Shard(path, first, labels));
      first += labels.length;
    }
    this.shards = List.copyOf(opened);
    this.examples = first;
  }

  private byte[] readLabels(Path path, int limit) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      int recordBytes = format.recordBytes();
      long records = channel.size() / recordBytes;
      long rest = channel.size() % recordBytes;
      if (records == 0 || rest != 0) {
        throw new BadInputException(
            "%s: the record at byte %d is cut after %d of %d bytes"
                .formatted(path, records * recordBytes, rest, recordBytes),
            "Copy or unpack the file again");
      }
      if (records > limit) {
        throw new BadInputException(
            "%s: %d records are more than can be numbered".formatted(path, records),
            "Use smaller files");
      }
      byte[] labels = new byte[(int) records];
      for (int i = 0; i < labels.length; i++) {
        long position = (long) i * recordBytes + format.labelBytes - 1;
        FileBytes.readFully(channel, path, ByteBuffer.wrap(labels, i, 1), position);
        if (Byte.toUnsignedInt(labels[i]) >= format.classes) {
          throw new BadInputException(
              "%s: label %d of record %d, at byte %d, is not below %d"
                  .formatted(path, Byte.toUnsignedInt(labels[i]), i, position, format.classes),
              "Copy or unpack the file again");
        }
      }
      return labels;
    }
  }

  @Override
  public String source() {
    return directory.toString();
  }

  @Override
  public int examples() {
    return examples;
  }

  @Override
  public int[] exampleShape() {
    return new int[] {CifarFormat.SIDE, CifarFormat.SIDE, CifarFormat.CHANNELS};
  }

  @Override
  public int classes() {
    return format.classes;
  }

  @Override
  public int[] labels() {
    int[] labels = new int[examples];
    for (Shard shard : shards) {
      for (int i = 0; i < shard.labels().length; i++) {
        labels[shard.first() + i] = shard.labels()[i];
      }
    }
    return labels;
  }

  @Override
  public float[] black() {
    float[] black = new float[CifarFormat.CHANNELS];
    for (int channel = 0; channel < black.length; channel++) {
      black[channel] = normalised[channel][0];
    }
    return black;
  }

  @Override
  public ImageBatch images(int[] numbers) {
    for (int number : numbers) {
      Objects.checkIndex(number, examples);
    }
    ImageBatch batch =
        new ImageBatch(
            new float[Math.multiplyExact(numbers.length, CifarFormat.PIXEL_BYTES)],
            new int[numbers.length]);
    try {
      for (Shard shard : shards) {
        read(shard, numbers, batch);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batch;
  }

  /** Fills in those of the examples that this file holds. */
  private void read(Shard shard, int[] numbers, ImageBatch batch) throws IOException {
    try (FileChannel channel = FileChannel.open(shard.path())) {
      ByteBuffer pixels = ByteBuffer.allocate(CifarFormat.PIXEL_BYTES);
      for (int i = 0; i < numbers.length; i++) {
        int local = numbers[i] - shard.first();
        if (local >= 0 && local < shard.labels().length) {
          long position = (long) local * format.recordBytes() + format.labelBytes;
          FileBytes.readFully(channel, shard.path(), pixels.clear(), position);
          toHwc(pixels.array(), batch.inputs(), i * CifarFormat.PIXEL_BYTES);
          batch.labels()[i] = shard.labels()[local];
        }
      }
    }
  }

  private void toHwc(byte[] planes, float[] target, int offset) {
    int plane = CifarFormat.SIDE * CifarFormat.SIDE;
    for (int channel = 0; channel < CifarFormat.CHANNELS; channel++) {
      float[] table = normalised[channel];
      for (int i = 0; i < plane; i++) {
        target[offset + i * CifarFormat.CHANNELS + channel] =
            table[Byte.toUnsignedInt(planes[channel * plane + i])];
      }
    }
  }
}
