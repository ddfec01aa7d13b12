package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ImageBatch;
import dev.hesse.io.data.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark SQL writes is read as it was. */
class ParquetDatasetTest {
  private static final int SIDE = 4;
  private static final int ROWS = 11;

  @TempDir private Path folder;

  private void write(String name, DataType image, List<Row> rows) {
    try (SparkConnection connection = SparkConnection.open("local[1]", OptionalLong.of(1 << 20))) {
      SparkSession session =
          SparkSession.builder().config(connection.spark().getConf()).getOrCreate();
      StructType schema =
          new StructType()
              .add("other", DataTypes.StringType)
              .add(StructField.apply("image", image, true, Metadata.empty()))
              .add("label", DataTypes.LongType);
      session
          .createDataFrame(rows, schema)
          .coalesce(1)
          .write()
          .option("maxRecordsPerFile", 4)
          .parquet(folder.resolve(name).toString());
    }
  }

  @Test
  void bytesAndNumbers() throws IOException {
    Random random = new Random(1);
    List<Row> ofBytes = new ArrayList<>();
    List<Row> ofNumbers = new ArrayList<>();
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      byte[] image = new byte[SIDE * SIDE * 3];
      random.nextBytes(image);
      images.add(image);
      Float[] numbers = new Float[image.length];
      for (int k = 0; k < image.length; k++) {
        numbers[k] = Byte.toUnsignedInt(image[k]) / 255f;
      }
      ofBytes.add(RowFactory.create("x", image, (long) i));
      ofNumbers.add(RowFactory.create("x", numbers, (long) i));
    }
    write("bytes", DataTypes.BinaryType, ofBytes);
    write("numbers", DataTypes.createArrayType(DataTypes.FloatType), ofNumbers);
    Normalization unit = new Normalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    int[] numbers = {10, 0, 5, 4, 9};
    for (String name : List.of("bytes", "numbers")) {
      Dataset data = ParquetDataset.open(folder.resolve(name), unit);
      assertThat(data.examples()).isEqualTo(ROWS);
      assertThat(data.classes()).isEqualTo(ROWS);
      assertThat(data.exampleShape()).containsExactly(SIDE, SIDE, 3);
      ImageBatch batch = data.images(numbers);
      assertThat(batch.labels()).isEqualTo(numbers);
      for (int i = 0; i < numbers.length; i++) {
        for (int k = 0; k < SIDE * SIDE * 3; k++) {
          assertThat(batch.inputs()[i * SIDE * SIDE * 3 + k])
              .isEqualTo(Byte.toUnsignedInt(images.get(numbers[i])[k]) / 255f);
        }
      }
    }
  }

  @Test
  void badFilesAreSaid() throws IOException {
    assertThatThrownBy(() -> ParquetDataset.open(folder.resolve("none"), null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("none: there is no such file");
    Path junk = Files.writeString(folder.resolve("junk.parquet"), "PAR1 and no more of it PAR1");
    assertThatThrownBy(() -> ParquetDataset.open(junk, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no Parquet file, or a damaged one");
    write("empty", DataTypes.BinaryType, List.of(RowFactory.create("x", null, 1L)));
    assertThatThrownBy(() -> ParquetDataset.open(folder.resolve("empty"), null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("row group 0 has 1 nulls or empty lists in column image");
  }
}
