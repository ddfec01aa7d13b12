package dev.hesse.benchmarks;

import dev.hesse.benchmarks.Measurements.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one round of the speed measurements runs, Hesse and PyTorch next to each other on each
 * subject.
 */
final class SpeedPlan {
  static final String PRODUCTS = "products";
  static final String PARAMETERS = "parameters";
  static final String BLOCKS = "blocks";
  static final String IMAGES = "images";
  static final String ANALYZE = "analyze";
  static final int BLOCK = 8;

  private static final int MINI_BATCH = 200;

  /** Enough for a product over a mini-batch of 200 images, and not for keeping one. */
  private static final int LITTLE_MEMORY = 800;

  /** More than the values of all images take. */
  private static final int MUCH_MEMORY = 1 << 20;

  /**
   * A process to run and what its numbers are about.
   *
   * @param command prints lines {@code NAME value…}, or as the yardstick's {@code bench} does
   */
  record Step(Side side, String study, String subject, List<String> command) {}

  /**
   * Where things are.
   *
   * @param root the project
   * @param python one with torch and numpy; null leaves PyTorch out
   * @param shared the folder with the yardstick's {@code reference/} and {@code checkpoints/}
   * @param cifar CIFAR-10's binary files; whole analyses are left out without them
   */
  record Places(Path root, @Nullable String python, Path shared, @Nullable Path cifar) {}

  private final Places places;
  private final SpeedSize size;
  private final Path out;
  private final List<Step> steps = new ArrayList<>();

  private SpeedPlan(Places places, SpeedSize size, Path out) {
    this.places = places;
    this.size = size;
    this.out = out;
  }

  /**
   * The steps of a round.
   *
   * @param out the folder for the reports of whole analyses
   */
  static List<Step> steps(Places places, SpeedSize size, Path out) {
    SpeedPlan plan = new SpeedPlan(places, size, out);
    size.batches()
        .forEach(batch -> plan.products(PRODUCTS, "ResNet20, batch " + batch, 20, 16, batch));
    size.deepBatches()
        .forEach(batch -> plan.products(PRODUCTS, "ResNet56, batch " + batch, 56, 16, batch));
    for (int width : new int[] {8, 16, 32}) {
      plan.products(PARAMETERS, "ResNet20, width " + width, 20, width, size.parameterBatch());
    }
    plan.products(PARAMETERS, "ResNet56, width 16", 56, 16, size.parameterBatch());
    for (int block : size.blocks()) {
      String subject = "ResNet20, batch %d, block %d".formatted(size.blockBatch(), block);
      plan.java(
          BLOCKS,
          subject,
          BlockBenchmark.class,
          20,
          16,
          size.blockBatch(),
          repeats(size.blockBatch()),
          block);
    }
    size.images().forEach(images -> plan.operator(images, "all kept", MUCH_MEMORY));
    size.unkeptImages()
        .forEach(images -> plan.operator(images, LITTLE_MEMORY + " MiB", LITTLE_MEMORY));
    plan.analyze();
    return plan.steps;
  }

  private static int repeats(int batch) {
    return Math.max(1, Math.min(3, 50 / batch));
  }

  private void products(String study, String subject, int depth, int width, int batch) {
    int repeats = repeats(batch);
    java(study, subject, ProductBenchmark.class, depth, width, batch, repeats, BLOCK);
    if (places.python() != null) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  places.python(), reference().resolve("torch_reference.py").toString(), "bench"));
      command.addAll(List.of("--depth", "" + depth, "--width", "" + width, "--batch", "" + batch));
      command.addAll(List.of("--repeats", "" + repeats, "--threads", "" + threads()));
      steps.add(new Step(Side.PYTORCH, study, subject, command));
    }
  }

  private void operator(int images, String memory, int mebibytes) {
    java(
        IMAGES,
        "%d, %s".formatted(images, memory),
        OperatorBenchmark.class,
        20,
        16,
        MINI_BATCH,
        1,
        images,
        mebibytes);
  }

  private void java(String study, String subject, Class<?> program, int... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx4g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    for (int argument : arguments) {
      command.add(Integer.toString(argument));
    }
    steps.add(new Step(Side.HESSE, study, subject, command));
  }

  private void analyze() {
    Path cifar = places.cifar();
    Path checkpoint = places.shared().resolve("checkpoints/net.pkl");
    if (cifar == null || !Files.exists(checkpoint)) {
      return;
    }
    String images = Integer.toString(size.analyzed());
    String subject = "ResNet20, %s images".formatted(images);
    List<String> command =
        new ArrayList<>(
            List.of(
                places.root().resolve("hesse").toString(),
                "analyze",
                "--resume",
                checkpoint.toString()));
    command.addAll(
        List.of(
            "--data-dir",
            cifar.toString(),
            "--sequential",
            "--hessian-batch-size",
            images,
            "--out",
            out.toString()));
    steps.add(new Step(Side.HESSE, ANALYZE, subject, command));
    if (places.python() != null) {
      steps.add(
          new Step(
              Side.PYTORCH,
              ANALYZE,
              subject,
              List.of(
                  places.python(),
                  places.root().resolve("benchmarks/pyhessian_procedure.py").toString(),
                  reference().toString(),
                  checkpoint.toString(),
                  cifar.resolve("data_batch_1.bin").toString(),
                  images,
                  "" + threads())));
    }
  }

  private Path reference() {
    return places.shared().resolve("reference");
  }

  private static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }
}
