package dev.hesse.cli;

import dev.hesse.io.Checkpoint;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.models.ResNetWeights;
import dev.hesse.models.TensorFlowWeights;
import dev.hesse.models.serving.ModelWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which network, with which weights; what is not given about it, the checkpoint says. */
record ModelOptions(
    Source source,
    Optional<Integer> depth,
    Optional<Integer> width,
    Optional<Integer> classes,
    Optional<Boolean> residual,
    Optional<Boolean> batchNorm,
    Optional<Shortcut> shortcut) {

  private static final String BY_WEIGHTS = "as the weights say, else ";

  enum Architecture {
    RESNET
  }

  static final CommandOption<Path> RESUME =
      CommandOption.of(
          "resume",
          ValueType.FILE,
          "weights: a PyTorch or TensorFlow checkpoint, safetensors, npz or SavedModel");
  static final CommandOption<Architecture> ARCH =
      CommandOption.of(
              "arch",
              ValueType.choice(Architecture.class, a -> "resnet"),
              "family: the ResNets for CIFAR")
          .withDefault("resnet");
  static final CommandOption<Integer> DEPTH =
      CommandOption.of(
              "depth",
              new ValueType<>(
                  "N",
                  "6n + 2 for a whole n from 1 to 200, such as 20, 32 or 56",
                  text -> ValueType.whole(8, 1202).parser().apply(text).filter(d -> d % 6 == 2)),
              "weighted layers, 6n + 2")
          .withDefault(BY_WEIGHTS + ResNetConfig.DEPTH_DEFAULT);
  static final CommandOption<Integer> WIDTH =
      CommandOption.of("width", ValueType.whole(1, 4096), "channels of the first stage")
          .withDefault(BY_WEIGHTS + ResNetConfig.WIDTH_DEFAULT);
  private static final CommandOption<Integer> CLASSES =
      CommandOption.of("classes", ValueType.whole(2, 100_000), "outputs of the classifier")
          .withDefault(BY_WEIGHTS + ResNetConfig.CLASSES_DEFAULT);
  static final CommandOption<Shortcut> SHORTCUT =
      CommandOption.of(
              "shortcut",
              ValueType.choice(Shortcut.class, Shortcut::name),
              "where a stage begins: A every second pixel and zero channels, B a 1×1 convolution")
          .withDefault(BY_WEIGHTS + ResNetConfig.DEFAULT.shortcut());
  static final CommandOption<Boolean> BATCH_NORM =
      CommandOption.of("batch-norm", ValueType.TRUTH, "whether the network has batch norm")
          .withDefault(BY_WEIGHTS + ResNetConfig.DEFAULT.batchNorm());
  static final CommandOption<Boolean> RESIDUAL =
      CommandOption.of("residual", ValueType.TRUTH, "whether blocks add their input")
          .withDefault(BY_WEIGHTS + ResNetConfig.DEFAULT.residual());

  /** Which network, whatever its weights. */
  static final List<CommandOption<?>> NETWORK =
      List.of(ARCH, DEPTH, WIDTH, CLASSES, SHORTCUT, BATCH_NORM, RESIDUAL);

  static final Usage.Group GROUP =
      new Usage.Group(
          "model",
          Stream.concat(Stream.of(RESUME, Source.MODEL_VERSION, Source.RENAME), NETWORK.stream())
              .toList());

  /** What means nothing to a SavedModel, which is a graph of its own. */
  static final List<CommandOption<?>> ONLY_CHECKPOINTS =
      Stream.concat(Stream.of(RESUME, Source.RENAME), NETWORK.stream()).toList();

  /**
   * A network and the file that its weights are from.
   *
   * @param checkpoint in PyTorch's names and axis order
   * @param alternatives other networks that the same weights and options fit
   * @param numbered whether the file has names of TensorFlow's
   */
  record Loaded(
      Checkpoint checkpoint, ResNet network, List<ResNetConfig> alternatives, boolean numbered) {

    /** What a user must know before trusting the choice. */
    List<String> warnings() {
      List<String> warnings = new ArrayList<>();
      if (numbered) {
        warnings.add(
            "warning: %s has TensorFlow's names, whose numbers say which layer is which. This network"
                    .formatted(checkpoint.path())
                + " pads as PyTorch does, and batch norm's epsilon is 1e-5: see by --only accuracy"
                + " that it is the one that was trained.");
      }
      for (ResNetConfig other : alternatives) {
        warnings.add(
            "warning: the weights fit %s, which is taken, and %s. Say which with --shortcut or --residual."
                .formatted(network.config(), other));
      }
      return warnings;
    }
  }

  static ModelOptions from(Arguments arguments) {
    return from(
        arguments,
        arguments
            .get(RESUME)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "there is no model to analyze",
                        "Name a checkpoint with --resume FILE or a SavedModel with --saved-model"
                            + " DIR")));
  }

  /** The options for weights that something else than {@code --resume} names. */
  static ModelOptions from(Arguments arguments, Path resume) {
    arguments.get(ARCH);
    return new ModelOptions(
        Source.from(arguments, resume),
        arguments.get(DEPTH),
        arguments.get(WIDTH),
        arguments.get(CLASSES),
        arguments.get(RESIDUAL),
        arguments.get(BATCH_NORM),
        arguments.get(SHORTCUT));
  }

  /**
   * Reads the weights into the network that the options ask for.
   *
   * @throws dev.hesse.io.BadInputException if the file is bad or of another network
   */
  Loaded load(Console console) throws IOException {
    return load(source.read(console));
  }

  /** As {@link #load(Console)}, of weights that are read already. */
  Loaded load(ModelWeights weights) {
    Checkpoint checkpoint = TensorFlowWeights.toPyTorch(weights.checkpoint());
    List<ResNetConfig> fitting =
        weights
            .config()
            .map(List::of)
            .orElseGet(() -> new ResNetWeights(checkpoint).fittingConfigs());
    // Where several fit, the first has residual connections; where none does, loading says why.
    ResNetConfig config =
        Stream.concat(fitting.stream().filter(this::agrees), fitting.stream())
            .findFirst()
            .map(this::with)
            .orElseGet(() -> with(ResNetConfig.DEFAULT));
    List<ResNetConfig> alternatives =
        fitting.stream().filter(this::agrees).filter(other -> !other.equals(config)).toList();
    return new Loaded(
        checkpoint,
        ResNet.load(checkpoint, config),
        alternatives,
        TensorFlowWeights.hasTensorFlowNames(weights.checkpoint()));
  }

  private boolean agrees(ResNetConfig config) {
    return with(config).equals(config);
  }

  private ResNetConfig with(ResNetConfig config) {
    return new ResNetConfig(
        depth.orElse(config.depth()),
        width.orElse(config.width()),
        classes.orElse(config.classes()),
        residual.orElse(config.residual()),
        batchNorm.orElse(config.batchNorm()),
        shortcut.orElse(config.shortcut()));
  }
}
