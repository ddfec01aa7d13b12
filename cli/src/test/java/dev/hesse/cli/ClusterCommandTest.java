package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.npy.Npy;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import dev.hesse.spark.SparkConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code analyze --master}, with executors in this process. */
class ClusterCommandTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy"
          + " --precision float64 --hessian-batch-size 50 --mini-hessian-batch-size 25";

  @TempDir private Path folder;

  private HessianReport report(String options) throws IOException {
    Path out = folder.resolve("out" + options.hashCode());
    CommandRun run = CommandRun.of(DEMO + options + " --out", out);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    return ReportReader.read(out.resolve("report.json"));
  }

  @Test
  void aClusterGivesTheNumbersOfOneProcess() throws IOException {
    String what = " --only eigenvalues,trace --trace-samples 4 --max-iter 30";
    HessianReport alone = report(what);
    HessianReport spread = report(what + " --master local[2] --partitions 2");
    double top = alone.eigenvalues().top().get(0).value();
    // Rounding in float64, amplified by Lanczos' recurrence.
    assertThat(spread.eigenvalues().top().get(0).value()).isCloseTo(top, within(1e-9 * top));
    assertThat(spread.trace().value()).isCloseTo(alone.trace().value(), within(1e-8 * top));
    assertThat(spread.loss()).isCloseTo(alone.loss(), within(1e-12));
    assertThat(spread.data().miniBatch()).isEqualTo(alone.data().miniBatch());
    assertThat(spread.cost().hvps()).isEqualTo(alone.cost().hvps());
    assertThat(alone.cost().cluster()).isNull();
    assertThat(spread.cost().cluster()).isEqualTo("local[2]");
  }

  /** The same 20 images as two npy files in a folder, as Parquet, and to a SavedModel. */
  @Test
  void executorsReadEveryFormOfData() throws IOException {
    StoredTensor images = Npy.read(CommandRun.testdata("demo/images.npy"));
    StoredTensor labels = Npy.read(CommandRun.testdata("demo/labels.npy"));
    Files.createDirectories(folder.resolve("x"));
    Files.createDirectories(folder.resolve("y"));
    for (int shard = 0; shard < 2; shard++) {
      int[] rows = IntStream.range(10 * shard, 10 * shard + 10).toArray();
      Npy.write(folder.resolve("x/%d.npy".formatted(shard)), images.rows(rows));
      Npy.write(folder.resolve("y/%d.npy".formatted(shard)), labels.rows(rows));
    }
    writeParquet(images, labels);
    Path served = folder.resolve("served");
    assertThat(CommandRun.of("convert DEMO/net.pt", served, "--serve-raw").status())
        .isEqualTo(ExitStatus.DONE);

    String cluster = " --master local[2] --partitions 2";
    String network = "--resume DEMO/net.pt";
    String arrays = " --images DEMO/images.npy --labels DEMO/labels.npy";
    double expected = largest(network + arrays);
    // Rounding in float64, amplified by Lanczos' recurrence.
    for (String data : List.of(" --images DIR/x --labels DIR/y", " --parquet DIR/parquet")) {
      assertThat(largest(network + data + cluster))
          .as(data)
          .isCloseTo(expected, within(1e-9 * expected));
    }
    double exported = largest("--saved-model DIR/served" + arrays);
    assertThat(largest("--saved-model DIR/served" + arrays + cluster))
        .isCloseTo(exported, within(1e-9 * exported));
  }

  private double largest(String options) throws IOException {
    Path out = folder.resolve("out" + options.hashCode());
    CommandRun run =
        CommandRun.of(
            ("analyze --sequential --hessian-batch-size 20 --mini-hessian-batch-size 10 --tol 0.1"
                    + " --precision float64 --only eigenvalues "
                    + options
                    + " --out")
                .replace("DIR", folder.toString()),
            out);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    return ReportReader.read(out.resolve("report.json")).lambdaMax().value();
  }

  private void writeParquet(StoredTensor images, StoredTensor labels) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] pixels = new byte[32 * 32 * 3];
      images.data().get(i * pixels.length, pixels);
      rows.add(RowFactory.create(pixels, (long) labels.toDouble(i)));
    }
    try (SparkConnection connection = SparkConnection.open("local[1]", OptionalLong.of(1 << 20))) {
      SparkSession.builder()
          .config(connection.spark().getConf())
          .getOrCreate()
          .createDataFrame(
              rows,
              new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.LongType))
          .coalesce(1)
          .write()
          .parquet(folder.resolve("parquet").toString());
    }
  }

  @Test
  void lossAndAccuracyAlone() throws IOException {
    HessianReport alone = report(" --only accuracy");
    HessianReport spread = report(" --only accuracy --master local");
    assertThat(spread.loss()).isCloseTo(alone.loss(), within(1e-12));
    assertThat(spread.accuracy()).isCloseTo(alone.accuracy(), within(1e-12));
  }

  @Test
  void fewerPartsThanAskedForAreSaid() {
    CommandRun run =
        CommandRun.of(
            DEMO + " --only eigenvalues --tol 0.5 --master local --partitions 3 --out",
            folder.resolve("out"));
    assertThat(run.err()).contains("hesse: the data is in 2 parts, not 3, as there are no more");
  }

  @Test
  void whatDoesNotGoWithACluster() {
    assertUsage(" --master somewhere", "--master is 'somewhere'");
    assertUsage(" --master local[0]", "--master is 'local[0]'");
    assertUsage(" --master yarn", "--master yarn needs parts of Spark");
    assertUsage(" --master k8s://localhost:1", "--master k8s://localhost:1 needs parts of Spark");
    assertUsage(" --master local-cluster[2,1,899]", "--master local-cluster[2,1,899] leaves");
    assertUsage(" --partitions 2", "--partitions is given without --master");
    assertUsage(" --master local --device gpu", "--device gpu is given with a cluster");
    assertUsage(" --parquet x --master local", "--parquet is given with --images or --labels");
  }

  @Test
  void aMasterThatIsNotThereIsSaidAtOnce() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    String master = "spark://localhost:" + free;
    CommandRun run = CommandRun.of(DEMO + " --master " + master + " --out", folder.resolve("out"));
    assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(run.err()).startsWith("hesse: there is no master at " + master).hasLineCount(1);
  }

  private static void assertUsage(String options, String error) {
    CommandRun run = CommandRun.of(DEMO + options);
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.err()).startsWith("hesse: " + error).hasLineCount(1);
  }
}
