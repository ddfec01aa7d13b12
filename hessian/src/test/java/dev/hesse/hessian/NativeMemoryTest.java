package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watches the resident memory of this process, which holds everything native. */
class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** 75,290 parameters: a product that leaks one vector grows the process by 300 kB. */
  private static final ResNetConfig WIDE = new ResNetConfig(8, 16, 10, true, true, Shortcut.B);

  /** A tenth of what a thousand leaked vectors are; a warm JVM's own memory moves by less. */
  private static final long GROWTH = 30_000_000;

  @Test
  void aThousandProductsDoNotGrowTheProcess() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs /proc/self/status");
    ResNet net = Networks.random(WIDE, 1);
    Batch batch = Networks.data(1, 10, 2).read(0, 1);
    try (CompiledLoss loss =
            new CompiledLoss(
                net.lossGraph(1, Precision.FLOAT32), net.weights(), Curvature.HESSIAN, Device.CPU);
        KeptBatch kept = loss.differentiate(batch, true).kept()) {
      double[][] x = {Networks.gaussian(net.parameters().dimension(), 3)};
      multiply(loss, kept, batch, x, 200);
      long before = residentBytes();
      multiply(loss, kept, batch, x, 500);
      assertThat(residentBytes() - before).isLessThan(GROWTH);
    }
  }

  /** A product over kept values and one over new ones, each time. */
  private static void multiply(
      CompiledLoss loss, KeptBatch kept, Batch batch, double[][] x, int times) {
    for (int i = 0; i < times; i++) {
      loss.product(kept, x[0]);
      loss.products(batch, x, 1);
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

  /** Landscapes close the graphs that hold weights, directions and batches. */
  @Test
  void landscapesLeaveNothingBehind() throws IOException {
    assumeTrue(Files.exists(STATUS), "needs /proc/self/status");
    ResNet net = Networks.random(WIDE, 6);
    Batch batch = Networks.data(256, 10, 7).read(0, 256);
    double[] direction = Networks.gaussian(net.parameters().dimension(), 8);
    evaluate(net, batch, direction, 10);
    long before = residentBytes();
    evaluate(net, batch, direction, 30);
    // A leaked graph has weights, direction and images: 75,290 · 8 + 256 · 12,288 bytes, 3.7 MB.
    assertThat(residentBytes() - before).isLessThan(60_000_000);
  }

  private static void evaluate(ResNet net, Batch batch, double[] direction, int times) {
    for (int i = 0; i < times; i++) {
      try (MovedLoss moved =
          new MovedLoss(
              net.lossGraph(256, Precision.FLOAT32),
              net.weights(),
              List.of(direction),
              Device.CPU)) {
        moved.load(batch);
        moved.at(1e-3);
      }
    }
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

  private static long residentBytes() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
