package dev.hesse.benchmarks;

import static dev.hesse.benchmarks.Measurements.Side.HESSE;
import static dev.hesse.benchmarks.Measurements.Side.PYTORCH;

import dev.hesse.benchmarks.Measurements.Quantity;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The tables of the speed measurements, as Markdown. */
final class SpeedReport {
  private static final String RETAINED = "hvp-double-backward-retained";
  private static final String FORWARD_OVER_REVERSE = "hvp-forward-over-reverse";

  /** Operations that take a smaller share of a product's time are not listed. */
  private static final double LEAST_SHARE = 0.005;

  private final Measurements measurements;
  private final StringBuilder text = new StringBuilder();

  private SpeedReport(Measurements measurements) {
    this.measurements = measurements;
  }

  static String markdown(Measurements measurements) {
    return new SpeedReport(measurements).write();
  }

  private String write() {
    paragraph("# Speed and memory");
    paragraph(
        measurements.machine().entrySet().stream()
            .map(entry -> "- " + entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining("\n")));
    paragraph(
        """
        Rounds: %d. In each everything that did not fail ran once, one process after the other, Hesse and PyTorch next to each other, every
        second round in the reverse order. A cell is the median over the rounds, with the least and the largest; a ratio is
        taken within each round. Networks with batch norm in evaluation mode, float32."""
            .formatted(measurements.rounds()));
    if (Machine.busy(measurements.machine())) {
      paragraph(
          """
          **Other work kept this machine busy. These are not results to compare:** threads that wait for each other lose more
          than a share of the time, PyTorch's more than TensorFlow's.""");
    }
    products();
    parameters();
    operations();
    blocks();
    images();
    analyses();
    return text.toString();
  }

  private void products() {
    String study = SpeedPlan.PRODUCTS;
    if (begin(study, "Products, seconds")) {
      paragraph(
          """
          *Kept*: what a product reads of the network was computed before; *anew*: it is part of each product; *block*: %d
          vectors share it, seconds a vector."""
              .formatted(SpeedPlan.BLOCK));
      paragraph(
          table(study)
              .value("forward", HESSE, "forward")
              .value("gradient", HESSE, "gradient")
              .value("product, kept", HESSE, "product-kept")
              .value("anew", HESSE, "product-anew")
              .value("block", HESSE, "product-anew-block")
              .value("PyTorch: forward", PYTORCH, "forward")
              .value("gradient", PYTORCH, "gradient")
              .value("double backward, retained", PYTORCH, RETAINED)
              .value("forward over reverse", PYTORCH, FORWARD_OVER_REVERSE)
              .markdown());
      paragraph("## Products, in each side's own forward passes and gradients");
      paragraph(
          table(study)
              .ratio("kept, in forward passes", HESSE, "product-kept", HESSE, "forward")
              .ratio("in gradients", HESSE, "product-kept", HESSE, "gradient")
              .ratio("anew, in forward passes", HESSE, "product-anew", HESSE, "forward")
              .ratio("block, in forward passes", HESSE, "product-anew-block", HESSE, "forward")
              .ratio("PyTorch: retained, in forward passes", PYTORCH, RETAINED, PYTORCH, "forward")
              .ratio("in gradients", PYTORCH, RETAINED, PYTORCH, "gradient")
              .ratio("PyTorch retained / Hesse kept", PYTORCH, RETAINED, HESSE, "product-kept")
              .ratio(
                  "PyTorch forward over reverse / Hesse anew",
                  PYTORCH,
                  FORWARD_OVER_REVERSE,
                  HESSE,
                  "product-anew")
              .markdown());
      paragraph("## Compilation and memory");
      paragraph(
          """
          Seconds from nothing to the end of the first forward pass, gradient and product; the values that are kept; the most
          memory resident in the process that made all of the above, of PyTorch's too.""");
      paragraph(
          table(study)
              .value("first forward, s", HESSE, "first-forward")
              .value("first gradient, s", HESSE, "first-gradient")
              .value("first product, s", HESSE, "first-product")
              .value("kept, MB", HESSE, "kept-megabytes")
              .value("peak, GB", HESSE, "peak-gigabytes")
              .value("PyTorch: peak, GB", PYTORCH, "peak-gigabytes")
              .markdown());
    }
  }

  private void parameters() {
    String study = SpeedPlan.PARAMETERS;
    if (begin(study, "Cost against parameters")) {
      paragraph(
          table(study)
              .value("parameters", HESSE, "parameters")
              .value("gradient, s", HESSE, "gradient")
              .value("product, kept, s", HESSE, "product-kept")
              .ratio("in forward passes", HESSE, "product-kept", HESSE, "forward")
              .ratio("in gradients", HESSE, "product-kept", HESSE, "gradient")
              .value("kept, MB", HESSE, "kept-megabytes")
              .value("peak, GB", HESSE, "peak-gigabytes")
              .value("PyTorch: retained, s", PYTORCH, RETAINED)
              .ratio("in forward passes", PYTORCH, RETAINED, PYTORCH, "forward")
              .ratio("PyTorch / Hesse", PYTORCH, RETAINED, HESSE, "product-kept")
              .markdown());
    }
  }

  private void operations() {
    String study = SpeedPlan.PRODUCTS;
    String prefix = "operation:";
    Map<String, Double> seconds = new LinkedHashMap<>();
    String subject =
        measurements.subjects(study).stream()
            .max(Comparator.comparing(each -> median(study, each, "product-kept")))
            .orElse("");
    for (String name : measurements.names(HESSE, study, subject)) {
      if (name.startsWith(prefix)) {
        seconds.put(name.substring(prefix.length()), median(study, subject, name));
      }
    }
    if (seconds.isEmpty()) {
      return;
    }
    double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    paragraph("## Where a product's time goes");
    paragraph(
        "%s, kept: share of the time on all threads, by type of operation.".formatted(subject));
    paragraph(
        seconds.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .filter(entry -> entry.getValue() >= LEAST_SHARE * all)
            .map(
                entry ->
                    "- %s %s %%"
                        .formatted(entry.getKey(), Spread.number(100 * entry.getValue() / all)))
            .collect(Collectors.joining("\n")));
  }

  private void blocks() {
    String study = SpeedPlan.BLOCKS;
    if (begin(study, "Vectors in a block")) {
      paragraph("Products that compute anew what they read of the network, seconds a vector.");
      paragraph(
          table(study)
              .value("product, s", HESSE, "product")
              .ratio("in forward passes", HESSE, "product", HESSE, "forward")
              .value("to the first block, s", HESSE, "first-block")
              .value("peak, GB", HESSE, "peak-gigabytes")
              .markdown());
    }
  }

  private void images() {
    String study = SpeedPlan.IMAGES;
    if (begin(study, "Cost against images")) {
      paragraph(
          """
          ResNet20 over mini-batches of 200 images, all of whose values are kept or, within little memory, those of none.
          *Opening* compiles, computes the gradient and checks the operator. Where values are not kept, vectors come in blocks
          too.""");
      paragraph(
          table(study)
              .value("mini-batches", HESSE, "mini-batches")
              .value("kept", HESSE, "kept-mini-batches")
              .value("opening, s", HESSE, "open")
              .value("product, s", HESSE, "product")
              .ratio("a mini-batch", HESSE, "product", HESSE, "mini-batches")
              .value("block, a vector, s", HESSE, "product-block")
              .ratio("a mini-batch", HESSE, "product-block", HESSE, "mini-batches")
              .value("peak, GB", HESSE, "peak-gigabytes")
              .markdown());
    }
  }

  private void analyses() {
    String study = SpeedPlan.ANALYZE;
    if (begin(study, "Whole analyses")) {
      paragraph(
          """
          `hesse analyze` with its defaults, from the start of the process to its end, and PyHessian's procedure with its
          defaults (power iteration, Hutchinson's trace, 100 Lanczos steps) on PyTorch's retained double backward, on a trained
          network and images of CIFAR-10.""");
      paragraph(
          table(study)
              .value("wall, s", HESSE, "wall")
              .value("products", HESSE, "products")
              .value("peak, GB", HESSE, "peak-gigabytes")
              .value("PyTorch: wall, s", PYTORCH, "wall")
              .value("products", PYTORCH, "products")
              .value("peak, GB", PYTORCH, "peak-gigabytes")
              .ratio("wall, PyTorch / Hesse", PYTORCH, "wall", HESSE, "wall")
              .markdown());
    }
  }

  private double median(String study, String subject, String name) {
    Map<Integer, Double> rounds = measurements.byRound(new Quantity(HESSE, study, subject, name));
    return rounds.isEmpty() ? 0 : Spread.of(rounds.values()).median();
  }

  private StudyTable table(String study) {
    return new StudyTable(measurements, study);
  }

  /** Writes the title of a study if it was measured. */
  private boolean begin(String study, String title) {
    boolean measured = !measurements.subjects(study).isEmpty();
    if (measured) {
      paragraph("## " + title);
    }
    return measured;
  }

  private void paragraph(String words) {
    text.append(words).append("\n\n");
  }
}
