package dev.hesse.spark;

import dev.hesse.hessian.Curvature;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.Probes;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.npy.Npy;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The trained network of the demonstration, on some of its images in mini-batches of unequal size.
 */
final class Example {
  static final Path FOLDER =
      Path.of(System.getProperty("hesse.root", ".")).resolve("testdata/demo");
  static final int EXAMPLES = 31;
  static final int MINI_BATCH = 4;

  /** Rounding of sums in float64 through about ten layers, relative to a vector's norm. */
  static final double ROUNDING = 1e-13;

  private Example() {}

  static ResNet network() throws IOException {
    return ResNet.load(
        Checkpoint.read(FOLDER.resolve("net.pt")),
        new ResNetConfig(8, 4, 10, true, true, ResNetConfig.Shortcut.B));
  }

  static BatchSource data(String folder) throws IOException {
    Path path = Path.of(folder);
    return new ArrayDataset(
            named(path.resolve("images.npy")), named(path.resolve("labels.npy")), null)
        .inOrder(new ExampleOrder.Shuffled(3), EXAMPLES);
  }

  private static ArrayDataset.Named named(Path path) throws IOException {
    return new ArrayDataset.Named(path.toString(), Npy.read(path));
  }

  static BatchSource data() throws IOException {
    return data(FOLDER.toString());
  }

  /** The same for executors, to which no property of the tests is known. */
  static DataOpener opener() {
    String folder = FOLDER.toString();
    return () -> data(folder);
  }

  static CurvatureOperator.Options options(Curvature curvature, int strata) {
    return new CurvatureOperator.Options(
        curvature, MINI_BATCH, Precision.FLOAT64, Device.CPU, 1L << 28, 0.01, 5, 2, strata);
  }

  static double[] times(SymmetricOperator operator, int probe) {
    double[] y = new double[operator.dimension()];
    operator.apply(new Probes(7).rademacher(probe, y.length), y);
    return y;
  }

  static double relativeDifference(double[] actual, double[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }
}
