package dev.hesse.spark;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;

/**
 * The images of a row group, each a row of as many numbers. A read takes those pages that hold an
 * image asked for, one after the other; the page index tells which. A row group without page index
 * is read at once, and kept as long as there is memory.
 */
final class ParquetImages implements DeferredTensor.Reader {
  private final ParquetSource source;
  private final int group;
  private final int length;
  private final DType type;
  private SoftReference<StoredTensor> whole = new SoftReference<>(null);

  /**
   * @param length numbers of an image
   */
  ParquetImages(ParquetSource source, int group, int length) {
    this.source = source;
    this.group = group;
    this.length = length;
    this.type = type(source);
  }

  /** Of bytes uint8, otherwise float32. */
  static DType type(ParquetSource source) {
    return isList(source) ? DType.FLOAT32 : DType.UINT8;
  }

  private static boolean isList(ParquetSource source) {
    return source.columns().image().getMaxRepetitionLevel() > 0;
  }

  /** The length of the first image of a row group that is not empty. */
  static int firstLength(ParquetSource source, int group) throws IOException {
    ColumnDescriptor image = source.columns().image();
    return source.reading(
        image,
        reader -> {
          OffsetIndex index = reader.readOffsetIndex(source.images(group));
          PageReadStore pages =
              index == null ? reader.readRowGroup(group) : page(reader, source, group, index, 0);
          ColumnReader values = source.values(image, pages);
          if (!isList(source)) {
            return isNull(source, values) ? 0 : values.getBinary().length();
          }
          int count = 0;
          do {
            count += isNull(source, values) ? 0 : 1;
            skip(source, values);
          } while (values.getCurrentRepetitionLevel() > 0);
          return count;
        });
  }

  private static PageReadStore page(
      ParquetFileReader reader, ParquetSource source, int group, OffsetIndex index, int page)
      throws IOException {
    return reader.readFilteredRowGroup(
        group, RowRanges.create(source.rows(group), IntStream.of(page).iterator(), index));
  }

  @Override
  public StoredTensor read(int[] rows) throws IOException {
    if (source.images(group).getOffsetIndexReference() == null) {
      return whole().rows(rows);
    }
    return source.reading(source.columns().image(), reader -> readPages(reader, rows));
  }

  private StoredTensor readPages(ParquetFileReader reader, int[] rows) throws IOException {
    OffsetIndex index = reader.readOffsetIndex(source.images(group));
    Read read = new Read(rows);
    int[] places =
        IntStream.range(0, rows.length)
            .boxed()
            .sorted(Comparator.comparing(place -> rows[place]))
            .mapToInt(Integer::intValue)
            .toArray();
    int from = 0;
    int page = 0;
    while (from < places.length) {
      while (index.getLastRowIndex(page, source.rows(group)) < rows[places[from]]) {
        page++;
      }
      long last = index.getLastRowIndex(page, source.rows(group));
      int to = from;
      while (to < places.length && rows[places[to]] <= last) {
        to++;
      }
      try (PageReadStore pages = page(reader, source, group, index, page)) {
        read.take(pages, index.getFirstRowIndex(page), Arrays.copyOfRange(places, from, to));
      }
      from = to;
    }
    return read.images();
  }

  private synchronized StoredTensor whole() throws IOException {
    StoredTensor images = whole.get();
    if (images == null) {
      int[] all = IntStream.range(0, source.rows(group)).toArray();
      images =
          source.reading(
              source.columns().image(),
              reader -> {
                Read read = new Read(all);
                try (PageReadStore pages = reader.readRowGroup(group)) {
                  read.take(pages, 0, all);
                }
                return read.images();
              });
      whole = new SoftReference<>(images);
    }
    return images;
  }

  private static boolean isNull(ParquetSource source, ColumnReader values) {
    return values.getCurrentDefinitionLevel() < source.columns().image().getMaxDefinitionLevel();
  }

  private static void skip(ParquetSource source, ColumnReader values) {
    if (!isNull(source, values)) {
      values.skip();
    }
    values.consume();
  }

  /** The images that are asked for, as far as they were found. */
  private final class Read {
    private final int[] rows;
    private final ByteBuffer images;
    private final int bytes = length * type.bytes();

    Read(int[] rows) {
      this.rows = rows;
      this.images =
          ByteBuffer.allocate(
                  DataArray.sizeOfRows(rows.length, new long[] {0, length}, type.bytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
    }

    StoredTensor images() {
      return new StoredTensor(type, new long[] {rows.length, length}, images);
    }

    /**
     * @param first the row that the pages begin with
     * @param places where the images of these pages are asked for, by ascending rows
     */
    void take(PageReadStore pages, long first, int[] places) {
      ColumnReader values = source.values(source.columns().image(), pages);
      long row = first;
      int before = -1;
      for (int place : places) {
        if (before >= 0 && rows[before] == rows[place]) {
          images.put(place * bytes, images, before * bytes, bytes);
          continue;
        }
        for (; row < rows[place]; row++) {
          do {
            skip(source, values);
          } while (values.getCurrentRepetitionLevel() > 0);
        }
        takeImage(values, row++, place * bytes);
        before = place;
      }
    }

    private void takeImage(ColumnReader values, long row, int at) {
      int count = 0;
      do {
        if (isNull(source, values)) {
          throw new BadInputException(
              "%s: row %d of row group %d has no image, or a null in it"
                  .formatted(source.path(), row, group),
              "Leave out rows without");
        }
        if (isList(source)) {
          if (count < length) {
            images.putFloat(at + count * Float.BYTES, number(values));
          }
          count++;
        } else {
          byte[] image = values.getBinary().getBytes();
          count = image.length;
          if (count == length) {
            images.put(at, image);
          }
        }
        values.consume();
      } while (values.getCurrentRepetitionLevel() > 0);
      if (count != length) {
        throw new BadInputException(
            "%s: the image in row %d of row group %d has %d numbers, others %d"
                .formatted(source.path(), row, group, count, length),
            "Give images of one size");
      }
    }

    private float number(ColumnReader values) {
      return switch (source.columns().image().getPrimitiveType().getPrimitiveTypeName()) {
        case FLOAT -> values.getFloat();
        case DOUBLE -> (float) values.getDouble();
        case INT64 -> values.getLong();
        default -> values.getInteger();
      };
    }
  }
}
