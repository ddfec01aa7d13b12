package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hesse.io.BadInputException;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.io.data.Normalization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What of a file is read, and what is said of one that does not fit. */
class ParquetPagesTest {
  private static final String OF_BYTES =
      "message m { optional binary image; optional int64 label; }";
  private static final String OF_LISTS =
      "message m { required int32 label;"
          + " optional group image (LIST) { repeated group list { optional float element; } } }";
  private static final String OF_TWO_LEVELS =
      "message m { required int32 label;"
          + " optional group image (LIST) { repeated double array; } }";

  private static final int ROWS = 64;
  private static final int ROWS_OF_PAGE = 4;
  private static final int SIZE = 32 * 32 * 3;
  private static final Normalization UNIT =
      new Normalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  @TempDir private Path folder;

  private final byte[][] images = new byte[ROWS][SIZE];
  private long bytesRead;

  private static void write(Path file, String schemaText, List<Consumer<Group>> rows)
      throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(schemaText);
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withPageRowCountLimit(ROWS_OF_PAGE)
            .withMinRowCountForPageSizeCheck(1)
            .withDictionaryEncoding(false)
            .withRowGroupRowCountLimit(ROWS / 2)
            .build()) {
      for (Consumer<Group> row : rows) {
        Group group = groups.newGroup();
        row.accept(group);
        writer.write(group);
      }
    }
  }

  /** Random bytes, which no codec makes smaller. */
  private Path bytes() throws IOException {
    Random random = new Random(1);
    Path file = folder.resolve("bytes.parquet");
    List<Consumer<Group>> rows =
        IntStream.range(0, ROWS)
            .<Consumer<Group>>mapToObj(
                i -> {
                  random.nextBytes(images[i]);
                  return row ->
                      row.append("image", Binary.fromConstantByteArray(images[i]))
                          .append("label", (long) i);
                })
            .toList();
    write(file, OF_BYTES, rows);
    return file;
  }

  private static Consumer<Group> list(int label, int levels, double... numbers) {
    return row -> {
      row.append("label", label);
      Group list = row.addGroup("image");
      for (double number : numbers) {
        if (levels == 2) {
          list.append("array", number);
        } else if (Double.isNaN(number)) {
          list.addGroup("list");
        } else {
          list.addGroup("list").append("element", (float) number);
        }
      }
    };
  }

  private InputFile counting(Path file) {
    LocalInputFile local = new LocalInputFile(file);
    return new InputFile() {
      @Override
      public long getLength() throws IOException {
        return local.getLength();
      }

      @Override
      public SeekableInputStream newStream() throws IOException {
        return counting(local.newStream());
      }
    };
  }

  private SeekableInputStream counting(SeekableInputStream in) {
    return new DelegatingSeekableInputStream(in) {
      @Override
      public int read() throws IOException {
        bytesRead++;
        return in.read();
      }

      @Override
      public int read(byte[] b, int off, int len) throws IOException {
        int read = in.read(b, off, len);
        bytesRead += Math.max(0, read);
        return read;
      }

      @Override
      public void readFully(byte[] b, int off, int len) throws IOException {
        in.readFully(b, off, len);
        bytesRead += len;
      }

      @Override
      public int read(ByteBuffer buffer) throws IOException {
        int read = in.read(buffer);
        bytesRead += Math.max(0, read);
        return read;
      }

      @Override
      public void readFully(ByteBuffer buffer) throws IOException {
        bytesRead += buffer.remaining();
        in.readFully(buffer);
      }

      @Override
      public long getPos() throws IOException {
        return in.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        in.seek(position);
      }
    };
  }

  private void assertImages(Dataset data, int... numbers) {
    ImageBatch batch = data.images(numbers);
    assertThat(batch.labels()).isEqualTo(numbers);
    for (int i = 0; i < numbers.length; i++) {
      for (int k = 0; k < SIZE; k++) {
        assertThat(batch.inputs()[i * SIZE + k])
            .isEqualTo(Byte.toUnsignedInt(images[numbers[i]][k]) / 255f);
      }
    }
  }

  @Test
  void thePagesThatHoldWhatIsAskedFor() throws IOException {
    Dataset data = ParquetDataset.open(bytes(), UNIT, this::counting, 0);
    int page = ROWS_OF_PAGE * SIZE;
    // Footer with statistics, labels and one page of the 16.
    assertThat(bytesRead).isPositive().isLessThan(4L * page);
    assertThat(data.examples()).isEqualTo(ROWS);
    assertThat(data.classes()).isEqualTo(ROWS);
    assertThat(data.labels()).isEqualTo(IntStream.range(0, ROWS).toArray());
    assertThat(data.exampleShape()).containsExactly(32, 32, 3);

    // A page's header and index are less than one image.
    bytesRead = 0;
    assertImages(data, 13);
    assertThat(bytesRead).isBetween((long) page, (long) page + SIZE);
    bytesRead = 0;
    assertImages(data, 12, 13, 14, 15);
    assertThat(bytesRead).isLessThan((long) page + SIZE);
    bytesRead = 0;
    assertImages(data, 63, 0, 1, 40, 63, 2);
    assertThat(bytesRead).isBetween(3L * page, 3L * page + 3 * SIZE);
    assertImages(data, IntStream.range(0, ROWS).toArray());
  }

  @Test
  void withoutPageIndexARowGroupIsReadAtOnceIfThereIsMemory() throws IOException {
    Path file = bytes();
    byte[] content = Files.readAllBytes(file);
    ByteBuffer tail = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int start = content.length - 8 - tail.getInt(content.length - 8);
    FileMetaData footer =
        Util.readFileMetaData(new ByteArrayInputStream(content, start, content.length - 8 - start));
    footer.getRow_groups().stream()
        .flatMap(group -> group.getColumns().stream())
        .forEach(
            column -> {
              column.unsetOffset_index_offset();
              column.unsetOffset_index_length();
              column.unsetColumn_index_offset();
              column.unsetColumn_index_length();
            });
    ByteArrayOutputStream without = new ByteArrayOutputStream();
    without.write(content, 0, start);
    Util.writeFileMetaData(footer, without);
    int length = without.size() - start;
    without.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array());
    without.write(content, content.length - 4, 4);
    Files.write(file, without.toByteArray());

    long group = (long) ROWS / 2 * SIZE;
    Dataset data = ParquetDataset.open(file, UNIT, this::counting, group);
    bytesRead = 0;
    assertImages(data, 63, 33);
    assertThat(bytesRead).isBetween(group, group + group / 2);
    assertImages(data, 7, 6, 50);
    assertThatThrownBy(() -> ParquetDataset.open(file, UNIT, this::counting, group - 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("row group 0 has images of 0 MiB and no page index");
  }

  @Test
  void listsOfTwoAndThreeLevels() throws IOException {
    double[] numbers = IntStream.range(0, 12).mapToDouble(k -> k / 4.0).toArray();
    for (int levels : new int[] {2, 3}) {
      Path file = folder.resolve(levels + ".parquet");
      double[] later = Arrays.stream(numbers).map(x -> x + 100).toArray();
      write(
          file,
          levels == 2 ? OF_TWO_LEVELS : OF_LISTS,
          List.of(
              list(5, levels, numbers), list(0, levels, new double[12]), list(2, levels, later)));
      ImageBatch batch = ParquetDataset.open(file, null).images(new int[] {2, 0});
      assertThat(batch.labels()).containsExactly(2, 5);
      for (int k = 0; k < 12; k++) {
        assertThat(batch.inputs()[k]).isEqualTo((float) later[k]);
        assertThat(batch.inputs()[12 + k]).isEqualTo((float) numbers[k]);
      }
    }
  }

  static Stream<Arguments> refused() {
    Binary image = Binary.fromConstantByteArray(new byte[12]);
    Consumer<Group> none = row -> {};
    Consumer<Group> good = row -> row.append("image", image).append("label", 0L);
    return Stream.of(
        arguments(
            "message m { required binary image (STRING); required int32 label; }",
            List.of((Consumer<Group>) r -> r.append("image", "a.png").append("label", 0)),
            "column image holds BINARY (STRING), neither bytes nor lists of numbers"),
        arguments(
            "message m { required int32 image; required int32 label; }",
            List.of((Consumer<Group>) r -> r.append("image", 1).append("label", 0)),
            "column image holds INT32, neither bytes nor lists of numbers"),
        arguments(
            "message m { required binary image; required double label; }",
            List.of((Consumer<Group>) r -> r.append("image", image).append("label", 0.0)),
            "column label holds DOUBLE, not integers"),
        arguments(
            "message m { required binary image; required int32 label (DECIMAL(5,2)); }",
            List.of((Consumer<Group>) r -> r.append("image", image).append("label", 100)),
            "column label holds INT32 (DECIMAL(5,2)), not integers"),
        arguments(
            "message m { required int32 label; optional group image (LIST) { repeated group list {"
                + " optional group element (LIST) { repeated group list { required float element; }"
                + " } } } }",
            List.of((Consumer<Group>) r -> r.append("label", 0)),
            "column image holds lists within lists"),
        arguments(
            "message m { required int32 label;"
                + " optional group image { optional binary bytes; optional binary path (STRING); } }",
            List.of((Consumer<Group>) r -> r.append("label", 0)),
            "column image is a structure of 'image.bytes', 'image.path'"),
        arguments(
            "message m { required int32 class; optional binary image; }",
            List.of((Consumer<Group>) r -> r.append("class", 0).append("image", image)),
            "there is no column label among 'class', 'image'"),
        arguments(
            OF_BYTES,
            List.of(good, (Consumer<Group>) r -> r.append("image", image)),
            "row 1 of row group 0 has no label"),
        arguments(
            OF_BYTES,
            List.of(good, none),
            "row group 0 has 1 nulls or empty lists in column image"),
        arguments(
            OF_LISTS,
            List.of(list(0, 3, 1, 2, Double.NaN)),
            "row group 0 has 1 nulls or empty lists in column image"),
        arguments(
            OF_BYTES,
            List.of(
                (Consumer<Group>)
                    r ->
                        r.append("image", Binary.fromConstantByteArray(new byte[7]))
                            .append("label", 0L)),
            "an image of 7 numbers is not square with three channels"),
        arguments(
            OF_BYTES,
            List.of((Consumer<Group>) r -> r.append("image", image).append("label", -1L)),
            "label -1 at index 0 is not a class number"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refuses(String schema, List<Consumer<Group>> rows, String message) throws IOException {
    Path file = folder.resolve("bad.parquet");
    write(file, schema, rows);
    assertThatThrownBy(() -> ParquetDataset.open(file, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("bad.parquet: " + message);
  }

  @Test
  void imagesOfOtherSizes() throws IOException {
    Path file = folder.resolve("sizes.parquet");
    write(
        file,
        OF_LISTS,
        List.of(list(0, 3, new double[12]), list(1, 3, new double[27]), list(2, 3, new double[3])));
    Dataset data = ParquetDataset.open(file, null);
    assertThat(data.images(new int[] {0}).inputs()).hasSize(12);
    assertThatThrownBy(() -> data.images(new int[] {1}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the image in row 1 of row group 0 has 27 numbers, others 12");
    assertThatThrownBy(() -> data.images(new int[] {2}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the image in row 2 of row group 0 has 3 numbers, others 12");
  }

  @Test
  void folders() throws IOException {
    assertThatThrownBy(() -> ParquetDataset.open(folder, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there are no Parquet files");
    Files.createDirectories(folder.resolve("label=3"));
    assertThatThrownBy(() -> ParquetDataset.open(folder, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("there are folders in it, such as 'label=3', as of a partitioned");
  }
}
