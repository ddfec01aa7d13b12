package dev.hesse.spark;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.ShardedDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images in Parquet files: a column {@code image} with the bytes of an image, or an array
 * of its numbers, and a column {@code label} with its class, an integer. Images are square, of
 * three channels, row by row with the channels of a pixel together. Their order is that of the
 * files' names and of the rows in them.
 *
 * <p>Opening reads footers, labels, and one page of images for their size; later reads take the
 * pages that hold what is asked for.
 */
public final class ParquetDataset {
  private static final int CHANNELS = 3;

  private final @Nullable Normalization normalization;
  private final long most;
  private final List<Dataset> shards = new ArrayList<>();
  private int length = -1;

  private ParquetDataset(@Nullable Normalization normalization, long most) {
    this.normalization = normalization;
    this.most = most;
  }

  /**
   * Opens a file, or all files of a folder but those whose names begin with {@code _} or a dot.
   *
   * @param normalization null for that of {@link ArrayDataset}
   * @throws BadInputException if there are none, or one is bad
   */
  public static Dataset open(Path path, @Nullable Normalization normalization) throws IOException {
    return open(path, normalization, LocalInputFile::new, Runtime.getRuntime().maxMemory() / 2);
  }

  /**
   * As {@link #open(Path, Normalization)}.
   *
   * @param most bytes that the images of a row group may take that can only be read at once
   */
  static Dataset open(
      Path path, @Nullable Normalization normalization, Function<Path, InputFile> files, long most)
      throws IOException {
    ParquetDataset dataset = new ParquetDataset(normalization, most);
    for (Path file : files(path)) {
      dataset.add(ParquetSource.open(file, files.apply(file)));
    }
    return new ShardedDataset(path.toString(), dataset.shards);
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> visible;
    try (Stream<Path> files = Files.list(path)) {
      visible =
          files
              .filter(file -> !String.valueOf(file.getFileName()).matches("[._].*"))
              .sorted()
              .toList();
    }
    List<Path> folders = visible.stream().filter(Files::isDirectory).toList();
    if (!folders.isEmpty()) {
      throw new BadInputException(
          "%s: there are folders in it, such as %s, as of a partitioned table"
              .formatted(
                  path, BadInputException.quote(String.valueOf(folders.get(0).getFileName()))),
          "Give a folder of files with the columns image and label: write without partitionBy");
    }
    if (visible.isEmpty()) {
      throw new BadInputException(
          "%s: there are no Parquet files".formatted(path), "Check the path");
    }
    return visible;
  }

  private void add(ParquetSource source) throws IOException {
    for (int group = 0; group < source.groups(); group++) {
      if (source.rows(group) > 0) {
        add(source, group);
      }
    }
  }

  private void add(ParquetSource source, int group) throws IOException {
    requireNoNulls(source, group);
    if (length < 0) {
      length = ParquetImages.firstLength(source, group);
    }
    int side = (int) Math.round(Math.sqrt((double) length / CHANNELS));
    if (length == 0 || length != (long) side * side * CHANNELS) {
      throw new BadInputException(
          "%s: an image of %d numbers is not square with three channels"
              .formatted(source.path(), length),
          "Give images of height × height × 3 numbers");
    }
    DType type = ParquetImages.type(source);
    requireReadable(source, group, type);
    long rows = source.rows(group);
    String name = source.path().toString();
    shards.add(
        new ArrayDataset(
            new ArrayDataset.Named(
                name,
                new DeferredTensor(
                    type,
                    new long[] {rows, side, side, CHANNELS},
                    new ParquetImages(source, group, length))),
            new ArrayDataset.Named(name, StoredTensor.of(new long[] {rows}, source.labels(group))),
            normalization));
  }

  private static void requireNoNulls(ParquetSource source, int group) {
    Statistics<?> statistics = source.images(group).getStatistics();
    if (statistics != null && statistics.isNumNullsSet() && statistics.getNumNulls() > 0) {
      throw new BadInputException(
          "%s: row group %d has %d nulls or empty lists in column image"
              .formatted(source.path(), group, statistics.getNumNulls()),
          "Leave out rows without an image");
    }
  }

  /** A row group without page index is read at once. */
  private void requireReadable(ParquetSource source, int group, DType type) {
    long bytes = (long) source.rows(group) * length * type.bytes();
    if (source.images(group).getOffsetIndexReference() == null
        && bytes > Math.min(most, Integer.MAX_VALUE)) {
      throw new BadInputException(
          "%s: row group %d has images of %,d MiB and no page index, so that it can only be read at once"
              .formatted(source.path(), group, bytes >> 20),
          "Write smaller row groups, or a page index as Spark and PyArrow's write_page_index do");
    }
  }
}
