package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.io.BadInputException;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.data.Examples;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.Split;
import dev.hesse.io.npy.ArrayFile;
import dev.hesse.io.npy.NpyShards;
import dev.hesse.models.ResNet;
import dev.hesse.spark.ParquetDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which examples.
 *
 * @param files where they are
 * @param normalization the statistics that were given
 * @param size how many of them, and how many at once
 */
record DataOptions(
    Files files, ExampleOrder order, Optional<Normalization> normalization, BatchSizes size) {

  /** The forms in which data comes. */
  sealed interface Files {
    /** A folder in CIFAR's binary layout. */
    record Folder(Path path, Split split) implements Files {}

    /** A file or folder of Parquet. */
    record Parquet(Path path) implements Files {}

    /**
     * NumPy arrays.
     *
     * @param inputs by names of a SavedModel's inputs
     * @param warmup whether inputs are those of a SavedModel's own requests
     */
    record Arrays(
        Optional<Path> images, Optional<Path> labels, List<InputArgument> inputs, boolean warmup)
        implements Files {}
  }

  static final long SEED_DEFAULT = 1;

  static final CommandOption<Path> DATA_DIR =
      CommandOption.of(
          "data-dir", ValueType.FOLDER, "folder with CIFAR-10 or CIFAR-100 in its binary layout");
  private static final CommandOption<Path> IMAGES =
      CommandOption.of(
          "images",
          ValueType.FILE,
          "examples in place of --data-dir: F.npy, or F.npz:NAME for one of its arrays; for --resume"
              + " N×32×32×3 or N×3×32×32, also a folder of npy files or a pattern such as 'x-*.npy'");
  private static final CommandOption<Path> LABELS =
      CommandOption.of(
          "labels",
          ValueType.FILE,
          "the same of their classes from 0; for --saved-model also targets of the output's shape");
  static final CommandOption<Path> PARQUET =
      CommandOption.of(
          "parquet",
          ValueType.FILE,
          "with --master: examples as a file or folder of Parquet, with columns image and label");
  private static final CommandOption<InputArgument> INPUT =
      CommandOption.of(
              "input",
              InputArgument.TYPE,
              "for --saved-model: the array of an input or any tensor, as often as it has some; a"
                  + " number stays the same for all examples; NAME alone is where --images go; a npz"
                  + " file alone has arrays by inputs' names")
          .asRepeatable();
  private static final CommandOption<Boolean> WARMUP =
      CommandOption.flag(
          "warmup-requests",
          "for --saved-model: the inputs of its assets.extra/tf_serving_warmup_requests");
  private static final CommandOption<Split> SPLIT =
      CommandOption.of("split", ValueType.choice(Split.class, Split::label), "part of --data-dir")
          .withDefault(Split.TRAIN.label());
  private static final CommandOption<Boolean> SEQUENTIAL =
      CommandOption.flag(
          "sequential", "take the first examples in file order; otherwise a shuffle by --seed");

  /** What npz files call these arrays. */
  static final String[] IMAGES_USUAL = {"images", "x", "X", "inputs", "features"};

  static final String[] LABELS_USUAL = {"labels", "y", "Y", "targets"};

  static final String MEAN_DEFAULT = joined(Normalization.CIFAR.mean());
  static final String STD_DEFAULT = joined(Normalization.CIFAR.std());
  static final CommandOption<List<Double>> MEAN =
      CommandOption.of("mean", ValueType.CHANNEL_MEANS, "subtracted from pixels scaled to [0, 1]")
          .withDefault(MEAN_DEFAULT + "; none for floating --images");
  static final CommandOption<List<Double>> STD =
      CommandOption.of("std", ValueType.CHANNEL_DEVIATIONS, "then divided by")
          .withDefault(STD_DEFAULT + "; none for floating --images");
  static final CommandOption<Long> SEED =
      CommandOption.of(
              "seed",
              ValueType.wholeLong(0, 999_999_999_999_999_999L),
              "of the shuffle and of all random vectors")
          .withDefault(SEED_DEFAULT);
  static final Usage.Group GROUP =
      new Usage.Group(
          "data",
          List.of(
              DATA_DIR,
              IMAGES,
              LABELS,
              INPUT,
              WARMUP,
              SPLIT,
              SEQUENTIAL,
              SEED,
              MEAN,
              STD,
              BatchSizes.EXAMPLES,
              BatchSizes.MINI_BATCH));

  /** Reads the options for a network of which the images' shape is known. */
  static DataOptions forImages(Arguments arguments) {
    for (CommandOption<?> option : List.of(INPUT, WARMUP)) {
      if (arguments.has(option)) {
        throw usage(
            "%s is given without --saved-model".formatted(option.dashed()),
            "Use --images, or name a SavedModel");
      }
    }
    if (arguments.has(IMAGES) != arguments.has(LABELS)) {
      throw usage("--images and --labels go together", "Give both");
    }
    return from(arguments);
  }

  /** Reads the options for a model that says itself what it takes. */
  static DataOptions forSavedModel(Arguments arguments, boolean ownLoss) {
    if (arguments.has(PARQUET)) {
      throw usage(
          "--parquet is given with --saved-model, which takes arrays by name",
          "Give --images or --input");
    }
    DataOptions options = from(arguments);
    if (ownLoss && arguments.has(LABELS)) {
      throw usage(
          "--labels is given with --loss-output",
          "Give them as what they are to the graph: --input NAME=FILE");
    }
    if (options.files() instanceof Files.Arrays arrays) {
      if (options.normalization().isPresent()) {
        throw usage(
            "--mean or --std is given with --saved-model and arrays",
            "Give arrays as the model takes them");
      }
      if (arrays.warmup() && (arrays.images().isPresent() || !arrays.inputs().isEmpty())) {
        throw usage("--warmup-requests is given with other inputs", "Give it with --labels alone");
      }
    }
    return options;
  }

  private static DataOptions from(Arguments arguments) {
    Files files = files(arguments);
    ExampleOrder order =
        arguments.has(SEQUENTIAL)
            ? new ExampleOrder.Sequential()
            : new ExampleOrder.Shuffled(arguments.get(SEED, SEED_DEFAULT));
    return new DataOptions(
        files, order, normalization(arguments, files), BatchSizes.from(arguments));
  }

  private static Files files(Arguments arguments) {
    Optional<Path> folder = arguments.get(DATA_DIR);
    Optional<? extends CommandOption<?>> arrays =
        Stream.of(IMAGES, INPUT, WARMUP, LABELS, PARQUET).filter(arguments::has).findFirst();
    if (folder.isPresent() == arrays.isPresent()) {
      throw usage(
          folder.isPresent()
              ? "--data-dir and %s are both given".formatted(arrays.orElseThrow().dashed())
              : "there is no data",
          "Give either --data-dir DIR or --images FILE --labels FILE");
    }
    if (arrays.isPresent() && arguments.has(SPLIT)) {
      throw usage(
          "--split is given with %s".formatted(arrays.get().dashed()),
          "Leave it out: it is for --data-dir");
    }
    Optional<Path> parquet = arguments.get(PARQUET);
    if (parquet.isPresent()) {
      if (arguments.has(IMAGES) || arguments.has(LABELS)) {
        throw usage("--parquet is given with --images or --labels", "Give one of them");
      }
      ClusterOptions.requireCluster(PARQUET, arguments);
      return new Files.Parquet(parquet.get());
    }
    return folder.isPresent()
        ? new Files.Folder(folder.get(), arguments.get(SPLIT, Split.TRAIN))
        : new Files.Arrays(
            arguments.get(IMAGES),
            arguments.get(LABELS),
            arguments.all(INPUT),
            arguments.has(WARMUP));
  }

  private static Optional<Normalization> normalization(Arguments arguments, Files files) {
    Optional<List<Double>> mean = arguments.get(MEAN);
    Optional<List<Double>> std = arguments.get(STD);
    if (mean.isEmpty() && std.isEmpty()) {
      return Optional.empty();
    }
    if (!(files instanceof Files.Folder) && (mean.isEmpty() || std.isEmpty())) {
      throw usage(
          "only one of --mean and --std is given for %s"
              .formatted(files instanceof Files.Parquet ? "--parquet" : "--images"),
          "Give both or none");
    }
    return Optional.of(
        new Normalization(
            mean.orElse(Normalization.CIFAR.mean()), std.orElse(Normalization.CIFAR.std())));
  }

  private static String joined(List<Double> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /**
   * Opens the data, as much of it as was asked for.
   *
   * @throws BadInputException if it is bad or not what the model takes
   */
  BatchSource open(ResNet model) throws IOException {
    Dataset dataset = dataset();
    requireFit(dataset, model);
    return inOrder(dataset);
  }

  /** Opens the same for a network that it is known to fit. */
  BatchSource open() throws IOException {
    return inOrder(dataset());
  }

  private BatchSource inOrder(Dataset dataset) {
    return dataset.inOrder(order, size.count(dataset.examples()));
  }

  /** As many of the examples as were asked for, or else at most the default, in the order asked. */
  BatchSource select(Examples examples) {
    return examples.inOrder(order, size.countUpTo(examples.examples()));
  }

  /**
   * @throws BadInputException if the model does not take such examples
   */
  static void requireFit(Dataset dataset, ResNet model) {
    long[] shape = Arrays.stream(dataset.exampleShape()).asLongStream().toArray();
    if (!model.exampleShape().equals(Arrays.stream(shape).boxed().toList())) {
      throw new BadInputException(
          "%s: examples have shape %s, the network takes %s"
              .formatted(dataset.source(), Arrays.toString(shape), model.exampleShape()),
          "Resize or crop the images");
    }
    if (dataset.classes() > model.classes()) {
      throw new BadInputException(
          "%s: labels go up to %d, the network tells %d classes apart"
              .formatted(dataset.source(), dataset.classes() - 1, model.classes()),
          "Give the data that the network was trained for");
    }
  }

  private Dataset dataset() throws IOException {
    if (files instanceof Files.Folder folder) {
      return CifarDataset.open(
          folder.path(), folder.split(), normalization.orElse(Normalization.CIFAR));
    }
    if (files instanceof Files.Parquet parquet) {
      return ParquetDataset.open(parquet.path(), normalization.orElse(null));
    }
    Files.Arrays arrays = (Files.Arrays) files;
    if (NpyShards.are(arrays.images().orElseThrow())) {
      return NpyShards.open(
          arrays.images().orElseThrow(), arrays.labels().orElseThrow(), normalization.orElse(null));
    }
    return new ArrayDataset(
        named(arrays.images().orElseThrow(), IMAGES_USUAL),
        named(arrays.labels().orElseThrow(), LABELS_USUAL),
        normalization.orElse(null));
  }

  private static ArrayDataset.Named named(Path file, String... usual) throws IOException {
    return ArrayDataset.Named.of(file.toString(), ArrayFile.of(file).open(usual));
  }

  /** The split's name, where the data has splits. */
  Optional<String> split() {
    return files instanceof Files.Folder folder
        ? Optional.of(folder.split().label())
        : Optional.empty();
  }
}
