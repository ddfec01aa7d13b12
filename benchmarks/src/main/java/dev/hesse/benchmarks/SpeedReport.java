package dev.hesse.benchmarks;

import static dev.hesse.benchmarks.Measurements.Side.HESSE;
import static dev.hesse.benchmarks.Measurements.Side.PYTORCH;

import dev.hesse.benchmarks.Measurements.Quantity;
import dev.hesse.benchmarks.Measurements.Side;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of the speed measurements, as Markdown. */
final class SpeedReport {
  private static final String RETAINED = "hvp-double-backward-retained";
  private static final String FORWARD_OVER_REVERSE = "hvp-forward-over-reverse";
  private static final String NOTHING = "";

  /** Operations that take a smaller share of a product's time are not listed. */
  private static final double LEAST_SHARE = 0.005;

  private final Measurements measurements;
  private final StringBuilder text = new StringBuilder();

  /** A column of a table: its title, and the cell of each subject. */
  private record Column(String title, Function<String, String> cell) {}

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
        In each of %d rounds everything ran once, one process after the other, Hesse and PyTorch next to each other, every
        second round in the reverse order. A cell is the median over the rounds, with the least and the largest; a ratio is
        taken within each round. Networks with batch norm in evaluation mode, float32."""
            .formatted(measurements.rounds()));
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
      table(
          study,
          value("forward", HESSE, study, "forward"),
          value("gradient", HESSE, study, "gradient"),
          value("product, kept", HESSE, study, "product-kept"),
          value("anew", HESSE, study, "product-anew"),
          value("block", HESSE, study, "product-anew-block"),
          value("PyTorch: forward", PYTORCH, study, "forward"),
          value("gradient", PYTORCH, study, "gradient"),
          value("double backward, retained", PYTORCH, study, RETAINED),
          value("forward over reverse", PYTORCH, study, FORWARD_OVER_REVERSE));
      paragraph("## Products, in each side's own forward passes and gradients");
      table(
          study,
          ratio("kept, in forward passes", HESSE, study, "product-kept", HESSE, "forward"),
          ratio("in gradients", HESSE, study, "product-kept", HESSE, "gradient"),
          ratio("anew, in forward passes", HESSE, study, "product-anew", HESSE, "forward"),
          ratio("block, in forward passes", HESSE, study, "product-anew-block", HESSE, "forward"),
          ratio(
              "PyTorch: retained, in forward passes", PYTORCH, study, RETAINED, PYTORCH, "forward"),
          ratio("in gradients", PYTORCH, study, RETAINED, PYTORCH, "gradient"),
          ratio("PyTorch retained / Hesse kept", PYTORCH, study, RETAINED, HESSE, "product-kept"),
          ratio(
              "PyTorch forward over reverse / Hesse anew",
              PYTORCH,
              study,
              FORWARD_OVER_REVERSE,
              HESSE,
              "product-anew"));
      paragraph("## Compilation and memory");
      paragraph(
          """
          Seconds from nothing to the end of the first forward pass, gradient and product; the values that are kept; the most
          memory resident in the process that made all of the above, of PyTorch's too.""");
      table(
          study,
          value("first forward, s", HESSE, study, "first-forward"),
          value("first gradient, s", HESSE, study, "first-gradient"),
          value("first product, s", HESSE, study, "first-product"),
          value("kept, MB", HESSE, study, "kept-megabytes"),
          value("peak, GB", HESSE, study, "peak-gigabytes"),
          value("PyTorch: peak, GB", PYTORCH, study, "peak-gigabytes"));
    }
  }

  private void parameters() {
    String study = SpeedPlan.PARAMETERS;
    if (begin(study, "Cost against parameters")) {
      table(
          study,
          value("parameters", HESSE, study, "parameters"),
          value("gradient, s", HESSE, study, "gradient"),
          value("product, kept, s", HESSE, study, "product-kept"),
          ratio("in forward passes", HESSE, study, "product-kept", HESSE, "forward"),
          ratio("in gradients", HESSE, study, "product-kept", HESSE, "gradient"),
          value("kept, MB", HESSE, study, "kept-megabytes"),
          value("peak, GB", HESSE, study, "peak-gigabytes"),
          value("PyTorch: retained, s", PYTORCH, study, RETAINED),
          ratio("in forward passes", PYTORCH, study, RETAINED, PYTORCH, "forward"),
          ratio("PyTorch / Hesse", PYTORCH, study, RETAINED, HESSE, "product-kept"));
    }
  }

  private void operations() {
    String study = SpeedPlan.PRODUCTS;
    String prefix = "operation:";
    Map<String, Double> seconds = new LinkedHashMap<>();
    String subject =
        measurements.subjects(study).stream()
            .max(Comparator.comparing(each -> median(HESSE, study, each, "product-kept")))
            .orElse(NOTHING);
    for (String name : measurements.names(HESSE, study, subject)) {
      if (name.startsWith(prefix)) {
        seconds.put(name.substring(prefix.length()), median(HESSE, study, subject, name));
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
      table(
          study,
          value("product, s", HESSE, study, "product"),
          ratio("in forward passes", HESSE, study, "product", HESSE, "forward"),
          value("to the first block, s", HESSE, study, "first-block"),
          value("peak, GB", HESSE, study, "peak-gigabytes"));
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
      table(
          study,
          value("mini-batches", HESSE, study, "mini-batches"),
          value("kept", HESSE, study, "kept-mini-batches"),
          value("opening, s", HESSE, study, "open"),
          value("product, s", HESSE, study, "product"),
          ratio("a mini-batch", HESSE, study, "product", HESSE, "mini-batches"),
          value("block, a vector, s", HESSE, study, "product-block"),
          ratio("a mini-batch", HESSE, study, "product-block", HESSE, "mini-batches"),
          value("peak, GB", HESSE, study, "peak-gigabytes"));
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
      table(
          study,
          value("wall, s", HESSE, study, "wall"),
          value("products", HESSE, study, "products"),
          value("peak, GB", HESSE, study, "peak-gigabytes"),
          value("PyTorch: wall, s", PYTORCH, study, "wall"),
          value("products", PYTORCH, study, "products"),
          value("peak, GB", PYTORCH, study, "peak-gigabytes"),
          ratio("wall, PyTorch / Hesse", PYTORCH, study, "wall", HESSE, "wall"));
    }
  }

  private Column value(String title, Side side, String study, String name) {
    return new Column(title, subject -> cell(rounds(side, study, subject, name).values()));
  }

  private Column ratio(
      String title, Side side, String study, String name, Side otherSide, String otherName) {
    return new Column(
        title,
        subject ->
            cell(
                Measurements.ratios(
                    rounds(side, study, subject, name),
                    rounds(otherSide, study, subject, otherName))));
  }

  private static String cell(Collection<Double> values) {
    return values.isEmpty() ? NOTHING : Spread.of(values).toString();
  }

  private Map<Integer, Double> rounds(Side side, String study, String subject, String name) {
    return measurements.byRound(new Quantity(side, study, subject, name));
  }

  private double median(Side side, String study, String subject, String name) {
    Map<Integer, Double> rounds = rounds(side, study, subject, name);
    return rounds.isEmpty() ? 0 : Spread.of(rounds.values()).median();
  }

  /** Writes the title of a study if it was measured. */
  private boolean begin(String study, String title) {
    boolean measured = !measurements.subjects(study).isEmpty();
    if (measured) {
      paragraph("## " + title);
    }
    return measured;
  }

  /** A row for each subject; columns that would be empty are left out. */
  private void table(String study, Column... columns) {
    Set<String> subjects = measurements.subjects(study);
    List<Column> filled =
        Arrays.stream(columns)
            .filter(
                column -> subjects.stream().anyMatch(each -> !column.cell().apply(each).isEmpty()))
            .toList();
    row("", filled.stream().map(Column::title));
    row("---", filled.stream().map(column -> "---:"));
    for (String subject : subjects) {
      row(subject, filled.stream().map(column -> column.cell().apply(subject)));
    }
    text.append('\n');
  }

  private void row(String first, Stream<String> others) {
    text.append(
        Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  private void paragraph(String words) {
    text.append(words).append("\n\n");
  }
}
