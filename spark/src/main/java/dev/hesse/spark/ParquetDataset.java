package dev.hesse.spark;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.ShardedDataset;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images in Parquet files: a column {@code image} with the bytes of an image, or an array
 * of its numbers, and a column {@code label} with its class, an integer. Images are square, of
 * three channels, row by row with the channels of a pixel together. Their order is that of the
 * files' names and of the rows in them.
 *
 * <p>A row group is read at once, without other columns, and kept as long as there is memory.
 */
public final class ParquetDataset {
  private static final String IMAGE = "image";
  private static final String LABEL = "label";
  private static final int CHANNELS = 3;

  private ParquetDataset() {}

  /**
   * Opens a file, or all files of a folder but those whose names begin with {@code _} or a dot.
   *
   * @param normalization null for that of {@link ArrayDataset}
   * @throws BadInputException if there are none, or one is bad
   */
  public static Dataset open(Path path, @Nullable Normalization normalization) throws IOException {
    List<ShardedDataset.Opener> groups = new ArrayList<>();
    for (Path file : files(path)) {
      int count;
      try (ParquetFileReader reader = reader(file)) {
        requireColumns(file, reader.getFileMetaData().getSchema());
        count = reader.getRowGroups().size();
      }
      for (int group = 0; group < count; group++) {
        int index = group;
        groups.add(() -> read(file, index, normalization));
      }
    }
    return new ShardedDataset(path.toString(), groups);
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> !String.valueOf(file.getFileName()).matches("[._].*"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static ParquetFileReader reader(Path file) throws IOException {
    try {
      return ParquetFileReader.open(new LocalInputFile(file));
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new BadInputException("%s: there is no such file".formatted(file), "Check the path", e);
    } catch (RuntimeException e) {
      throw bad(file, e);
    }
  }

  private static BadInputException bad(Path file, RuntimeException e) {
    return new BadInputException(
        "%s: this is no Parquet file, or a damaged one".formatted(file),
        "Write it again, for example with Spark's DataFrame.write().parquet(…)",
        e);
  }

  private static void requireColumns(Path file, MessageType schema) {
    for (String column : List.of(IMAGE, LABEL)) {
      if (!schema.containsField(column)) {
        throw new BadInputException(
            "%s: there is no column %s".formatted(file, column),
            "Give a column image with bytes or numbers and a column label with classes");
      }
    }
  }

  private static Dataset read(Path file, int group, @Nullable Normalization normalization)
      throws IOException {
    try (ParquetFileReader reader = reader(file)) {
      MessageType schema = reader.getFileMetaData().getSchema();
      MessageType wanted =
          new MessageType(schema.getName(), schema.getType(IMAGE), schema.getType(LABEL));
      reader.setRequestedSchema(wanted);
      PageReadStore pages = reader.readRowGroup(group);
      RecordReader<Group> rows =
          new ColumnIOFactory()
              .getColumnIO(wanted)
              .getRecordReader(pages, new GroupRecordConverter(wanted));
      return rows(file, rows, Math.toIntExact(pages.getRowCount()), normalization);
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw bad(file, e);
    }
  }

  private static Dataset rows(
      Path file, RecordReader<Group> rows, int count, @Nullable Normalization normalization) {
    int[] labels = new int[count];
    List<byte[]> images = new ArrayList<>();
    DType type = DType.UINT8;
    for (int i = 0; i < count; i++) {
      Group row = rows.read();
      if (row.getFieldRepetitionCount(IMAGE) != 1 || row.getFieldRepetitionCount(LABEL) != 1) {
        throw new BadInputException(
            "%s: row %d of a row group has no image or no label".formatted(file, i),
            "Leave out rows without");
      }
      if (row.getType().getType(IMAGE).isPrimitive()) {
        images.add(row.getBinary(IMAGE, 0).getBytes());
      } else {
        type = DType.FLOAT32;
        images.add(numbers(row.getGroup(IMAGE, 0)));
      }
      labels[i] =
          Math.toIntExact(
              Long.parseLong(row.getValueToString(row.getType().getFieldIndex(LABEL), 0)));
    }
    int length = images.isEmpty() ? 0 : images.get(0).length;
    int side = (int) Math.round(Math.sqrt((double) length / type.bytes() / CHANNELS));
    ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(count, length));
    for (byte[] image : images) {
      if (image.length != side * side * CHANNELS * type.bytes()) {
        throw new BadInputException(
            "%s: an image of %d numbers is not square with three channels"
                .formatted(file, image.length / type.bytes()),
            "Give images of height × height × 3 numbers");
      }
      data.put(image);
    }
    return new ArrayDataset(
        new ArrayDataset.Named(
            file.toString(),
            new StoredTensor(type, new long[] {count, side, side, CHANNELS}, data.flip())),
        new ArrayDataset.Named(file.toString(), StoredTensor.of(new long[] {count}, labels)),
        normalization);
  }

  /** The elements of a list, of which each is a group of its own, as floats. */
  private static byte[] numbers(Group list) {
    ByteBuffer image =
        ByteBuffer.allocate(Float.BYTES * list.getFieldRepetitionCount(0))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      image.putFloat(Float.parseFloat(list.getGroup(0, i).getValueToString(0, 0)));
    }
    return image.array();
  }
}
