package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Watches the resident memory of this process, which holds everything native. */
class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * A product leaks at least its smallest tensor if anything: a vector of 1,420 floats. A thousand
   * of those are 5.7 MB; heap growth of the JVM itself stays below when it has been warmed up.
   */
  private static final long GROWTH = 5_000_000;

  @Test
  void aThousandProductsDoNotGrowTheProcess() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs /proc/self/status");
    ResNet net = Networks.random(Networks.SMALLEST, 1);
    BatchSource data = Networks.data(2, 10, 2);
    try (CurvatureOperator operator = open(net, data)) {
      double[] x = Networks.gaussian(operator.dimension(), 3);
      double[] y = new double[x.length];
      multiply(operator, x, y, 1000);
      long before = residentBytes();
      multiply(operator, x, y, 1000);
      assertThat(residentBytes() - before).isLessThan(GROWTH);
    }
  }

  /** An operator that is opened and closed gives back its graph, session and kept values. */
  @Test
  void closedOperatorsLeaveNothingBehind() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs /proc/self/status");
    ResNet net = Networks.random(Networks.SMALLEST, 4);
    BatchSource data = Networks.data(64, 10, 5);
    openAndClose(net, data, 4);
    long before = residentBytes();
    openAndClose(net, data, 8);
    // Eight leaked operators would hold eight times the kept values of 64 images, 8 · 24 MB.
    assertThat(residentBytes() - before).isLessThan(100_000_000);
  }

  private static void openAndClose(ResNet net, BatchSource data, int times) {
    for (int i = 0; i < times; i++) {
      open(net, data).close();
    }
  }

  private static CurvatureOperator open(ResNet net, BatchSource data) {
    return new CurvatureOperator(
        net,
        data,
        new CurvatureOperator.Options(
            Curvature.HESSIAN, data.examples(), Precision.FLOAT32, Device.CPU, 1L << 30));
  }

  private static void multiply(CurvatureOperator operator, double[] x, double[] y, int times) {
    for (int i = 0; i < times; i++) {
      operator.apply(x, y);
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
