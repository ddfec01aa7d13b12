package dev.hesse.models;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.ResNetConfig.Shortcut;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Maps the tensors of a checkpoint to the variables of the CIFAR ResNet family, by PyTorch's names;
 * those of TensorFlow are brought to these first, as {@link TensorFlowWeights} says. Prefixes of
 * {@code DataParallel} ({@code module.}) fall away; {@code linear} and {@code shortcut} are read as
 * {@code fc} and {@code downsample}; the counters {@code num_batches_tracked} have no part in
 * evaluation mode.
 */
public final class ResNetWeights {
  private static final Pattern BLOCK = Pattern.compile("layer1\\.(\\d+)\\.conv1\\.weight");

  /** Blocks a stage of the deepest network that is looked for, ResNet1202. */
  static final int MAX_BLOCKS = 200;

  static final int MAX_WIDTH = 1 << 16;
  static final int MAX_CLASSES = 1 << 24;

  private static final int NAMES_SHOWN = 12;

  private final Path source;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  /**
   * @throws BadInputException as {@link TensorFlowWeights#toPyTorch} says, or if two tensors are
   *     for one variable
   */
  public ResNetWeights(Checkpoint checkpoint) {
    this(checkpoint.path(), TensorFlowWeights.toPyTorch(checkpoint).tensors());
  }

  /**
   * @param source where the tensors are from, for errors
   * @param checkpoint tensors in PyTorch's names and axis order
   * @throws BadInputException if two tensors are for one variable
   */
  public ResNetWeights(Path source, Map<String, StoredTensor> checkpoint) {
    this.source = source;
    checkpoint.forEach(
        (name, tensor) -> {
          if (!name.endsWith("num_batches_tracked")
              && tensors.put(canonicalName(name), tensor) != null) {
            throw new BadInputException(
                "%s: %s is there twice, under different names"
                    .formatted(source, BadInputException.quote(canonicalName(name))),
                "Keep the tensors of one network only");
          }
        });
  }

  /** The variable's name for a name in a checkpoint. */
  public static String canonicalName(String name) {
    return name.replaceFirst("^(module\\.)+", "")
        .replaceFirst("^linear\\.", "fc.")
        .replace(".shortcut.", ".downsample.");
  }

  /** Every architecture whose variables are exactly the checkpoint's tensors; often one or none. */
  public List<ResNetConfig> fittingConfigs() {
    StoredTensor first = tensors.get("conv1.weight");
    StoredTensor last = tensors.get("fc.weight");
    long blocks = tensors.keySet().stream().map(BLOCK::matcher).filter(Matcher::matches).count();
    if (first == null || last == null || blocks == 0 || blocks > MAX_BLOCKS) {
      return List.of();
    }
    if (first.shape().length != 4 || last.shape().length != 2 || last.shape()[0] < 2) {
      return List.of();
    }
    int depth = Math.toIntExact(6 * blocks + 2);
    int width = (int) Math.max(1, Math.min(first.shape()[0], MAX_WIDTH));
    int classes = (int) Math.min(last.shape()[0], MAX_CLASSES);
    boolean batchNorm = tensors.containsKey("bn1.weight");
    return List.of(
            new ResNetConfig(depth, width, classes, true, batchNorm, Shortcut.B),
            new ResNetConfig(depth, width, classes, true, batchNorm, Shortcut.A),
            new ResNetConfig(depth, width, classes, false, batchNorm, Shortcut.B))
        .stream()
        .filter(config -> mismatches(config).isEmpty())
        .toList();
  }

  /**
   * The variables of a network by name, in the graph's axis order.
   *
   * @throws BadInputException as {@link ResNet#load} says
   */
  Map<String, double[]> read(ResNetConfig config) {
    List<String> mismatches = mismatches(config);
    if (!mismatches.isEmpty()) {
      throw new BadInputException(
          "%s does not fit %s: %s".formatted(source, config, String.join("; ", mismatches)),
          remedy(config));
    }
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (Variable variable : ResNet.variables(config)) {
      double[] values = tensor(variable.name()).toDoubles();
      requireFinite(variable.name(), values);
      weights.put(variable.name(), PyTorchLayout.toGraph(values, variable.shape()));
    }
    return weights;
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no tensor " + name);
    }
    return tensor;
  }

  private List<String> mismatches(ResNetConfig config) {
    Map<String, Variable> expected =
        ResNet.variables(config).stream()
            .collect(
                Collectors.toMap(
                    Variable::name, variable -> variable, (a, b) -> a, LinkedHashMap::new));
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    for (Variable variable : expected.values()) {
      StoredTensor tensor = tensors.get(variable.name());
      List<Long> shape = PyTorchLayout.shape(variable.shape());
      if (tensor == null) {
        missing.add(variable.name());
      } else if (!shape.equals(Arrays.stream(tensor.shape()).boxed().toList())) {
        misshapen.add(
            "%s is %s instead of %s"
                .formatted(variable.name(), Arrays.toString(tensor.shape()), shape));
      } else if (!tensor.dtype().isFloating()) {
        misshapen.add(
            "%s holds %s instead of floating-point numbers"
                .formatted(variable.name(), tensor.dtype().label()));
      }
    }
    List<String> unexpected =
        tensors.keySet().stream()
            .filter(name -> !expected.containsKey(name))
            .map(BadInputException::quote)
            .toList();
    List<String> mismatches = new ArrayList<>();
    describe("missing", missing, mismatches);
    describe("unexpected", unexpected, mismatches);
    describe("misshapen", misshapen, mismatches);
    return mismatches;
  }

  private static void describe(String kind, List<String> names, List<String> mismatches) {
    if (!names.isEmpty()) {
      String shown = names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
      int more = names.size() - NAMES_SHOWN;
      mismatches.add(
          "%d %s (%s%s)"
              .formatted(
                  names.size(), kind, shown, more > 0 ? ", and %d more".formatted(more) : ""));
    }
  }

  private String remedy(ResNetConfig requested) {
    List<String> options =
        fittingConfigs().stream().map(fitting -> differences(requested, fitting)).toList();
    return options.isEmpty()
        ? "Give a checkpoint of the CIFAR ResNet family, or inspect it: hesse inspect " + source
        : "It fits with " + String.join(", or with ", options);
  }

  private static String differences(ResNetConfig requested, ResNetConfig fitting) {
    List<String> options = new ArrayList<>();
    option("--depth", requested.depth(), fitting.depth(), options);
    option("--width", requested.width(), fitting.width(), options);
    option("--classes", requested.classes(), fitting.classes(), options);
    option("--batch-norm", requested.batchNorm(), fitting.batchNorm(), options);
    option("--residual", requested.residual(), fitting.residual(), options);
    if (fitting.residual()) {
      option("--shortcut", requested.shortcut(), fitting.shortcut(), options);
    }
    return String.join(" ", options);
  }

  private static void option(
      String name, Object requested, @Nullable Object fitting, List<String> options) {
    if (!requested.equals(fitting)) {
      options.add(name + " " + fitting);
    }
  }

  private void requireFinite(String name, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new BadInputException(
            "%s: %s holds %s at element %d".formatted(source, name, values[i], i),
            "The training that wrote it diverged; take an earlier checkpoint");
      }
    }
  }
}
