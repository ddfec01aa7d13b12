package dev.hesse.spark;

import dev.hesse.io.BadInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/** A Parquet file of which the footer is read; the rest is when it is asked for. */
record ParquetSource(Path path, InputFile file, ParquetMetadata footer, ParquetColumns columns) {

  /** Does something with an open file of which one column is read. */
  @FunctionalInterface
  interface Use<R> {
    R with(ParquetFileReader reader) throws IOException;
  }

  /**
   * Reads the footer.
   *
   * @throws BadInputException if there is no such file, or it has not the columns
   */
  static ParquetSource open(Path path, InputFile file) throws IOException {
    ParquetMetadata footer;
    try (ParquetFileReader reader = ParquetFileReader.open(file)) {
      footer = reader.getFooter();
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new BadInputException("%s: there is no such file".formatted(path), "Check the path", e);
    } catch (RuntimeException e) {
      throw bad(path, e);
    }
    return new ParquetSource(
        path, file, footer, ParquetColumns.of(path, footer.getFileMetaData().getSchema()));
  }

  private static RuntimeException bad(Path path, RuntimeException e) {
    if (e instanceof BadInputException || e instanceof UncheckedIOException) {
      return e;
    }
    return new BadInputException(
        "%s: this is no Parquet file, or a damaged one".formatted(path),
        "Write it again, for example with Spark's DataFrame.write().parquet(…)",
        e);
  }

  int groups() {
    return footer.getBlocks().size();
  }

  private BlockMetaData block(int group) {
    return footer.getBlocks().get(group);
  }

  /**
   * The number of rows of a row group.
   *
   * @throws BadInputException if they cannot be numbered
   */
  int rows(int group) {
    long rows = block(group).getRowCount();
    if (rows > Integer.MAX_VALUE) {
      throw new BadInputException(
          "%s: row group %d has %d rows, more than can be numbered".formatted(path, group, rows),
          "Write smaller row groups");
    }
    return (int) rows;
  }

  /** What the footer says of the images of a row group. */
  ColumnChunkMetaData images(int group) {
    String[] image = columns.image().getPath();
    return block(group).getColumns().stream()
        .filter(chunk -> Arrays.equals(chunk.getPath().toArray(), image))
        .findFirst()
        .orElseThrow(
            () -> BadInputException.damaged("%s: a row group without images".formatted(path)));
  }

  /**
   * Opens the file.
   *
   * @param column that is to be read, without others
   * @throws BadInputException if what is read is damaged
   */
  <R> R reading(ColumnDescriptor column, Use<R> use) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            file, footer, ParquetReadOptions.builder().build(), file.newStream())) {
      reader.setRequestedSchema(columns.only(column));
      return use.with(reader);
    } catch (RuntimeException e) {
      throw bad(path, e);
    }
  }

  /** The values of a column in pages that were read. */
  ColumnReader values(ColumnDescriptor column, PageReadStore pages) {
    MessageType schema = columns.only(column);
    return new ColumnReadStoreImpl(
            pages,
            new GroupRecordConverter(schema).getRootConverter(),
            schema,
            footer.getFileMetaData().getCreatedBy())
        .getColumnReader(column);
  }

  /**
   * The labels of a row group.
   *
   * @throws BadInputException if one is null
   */
  long[] labels(int group) throws IOException {
    ColumnDescriptor label = columns.label();
    boolean wide =
        label.getPrimitiveType().getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.INT64;
    return reading(
        label,
        reader -> {
          ColumnReader values = values(label, reader.readRowGroup(group));
          long[] labels = new long[rows(group)];
          for (int row = 0; row < labels.length; row++) {
            if (values.getCurrentDefinitionLevel() < label.getMaxDefinitionLevel()) {
              throw new BadInputException(
                  "%s: row %d of row group %d has no label".formatted(path, row, group),
                  "Leave out rows without");
            }
            labels[row] = wide ? values.getLong() : values.getInteger();
            values.consume();
          }
          return labels;
        });
  }
}
