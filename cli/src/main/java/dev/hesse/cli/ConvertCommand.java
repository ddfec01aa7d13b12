package dev.hesse.cli;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.Weights;
import dev.hesse.io.WeightsWriter;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.io.tensorbundle.BundleNames;
import dev.hesse.models.serving.ModelDescription;
import dev.hesse.models.serving.ModelWeights;
import dev.hesse.models.serving.SavedModelExport;
import dev.hesse.models.serving.SavedModelFolder;
import dev.hesse.models.serving.ServingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code hesse convert}: weights from one format into another, bit for bit. */
final class ConvertCommand implements Command {
  private static final CommandOption<ConversionFormat> FORMAT =
      CommandOption.of(
              "format",
              ValueType.choice(ConversionFormat.class, ConversionFormat::label),
              "what to write")
          .withDefault("as TARGET's name says");
  private static final CommandOption<Boolean> FORCE =
      CommandOption.flag("force", "replace TARGET if it exists");
  private static final CommandOption<Boolean> SERVE_RAW =
      CommandOption.flag(
          "serve-raw",
          "the SavedModel takes uint8 images and normalises them by --mean and --std; one made of"
              + " such a SavedModel does so anyway");
  private static final String BY_SOURCE = "that of SOURCE if it is a SavedModel, else ";
  private static final List<CommandOption<?>> FOR_SAVED_MODELS =
      Stream.concat(
              ModelOptions.NETWORK.stream(),
              Stream.of(
                  SERVE_RAW,
                  DataOptions.MEAN.withDefault(BY_SOURCE + DataOptions.MEAN_DEFAULT),
                  DataOptions.STD.withDefault(BY_SOURCE + DataOptions.STD_DEFAULT)))
          .toList();
  private static final CommandOption<Boolean> JSON =
      CommandOption.flag("json", "print JSON: what was written, and what was not kept");

  private static final Usage USAGE =
      new Usage(
          "convert",
          List.of("SOURCE", "TARGET"),
          "Weights in another format: PyTorch, safetensors, npz, TensorFlow",
          List.of(
              new Usage.Group(
                  "conversion", List.of(Source.MODEL_VERSION, Source.RENAME, FORMAT, FORCE)),
              new Usage.Group("a SavedModel's network", FOR_SAVED_MODELS),
              new Usage.Group("output", List.of(JSON, OutputOptions.QUIET, OutputOptions.VERBOSE))),
          List.of(
              "SOURCE is anything that hesse inspect reads. TARGET's name says the format: .pt, .pth,"
                  + " .th or .pkl is a PyTorch state dict, .safetensors and .npz are themselves,"
                  + " .ckpt is the prefix of a TensorFlow checkpoint's files, and a folder or a name"
                  + " without extension is a SavedModel.",
              "A SavedModel is written as TensorFlow Serving takes it: into TARGET/VERSION, the"
                  + " version after the highest that is there, or into TARGET itself if its name is"
                  + " a number. Its signature serving_default takes images, N×32×32×3, and gives"
                  + " logits, probabilities and class.",
              "Every tensor of the weights keeps its name, type, shape and bits. Optimizer state and"
                  + " other objects of a training checkpoint do not come along; numbers and texts"
                  + " beside the weights, such as epoch, do in safetensors and SavedModels.",
              Source.ON_RENAMING),
          List.of(
              new Usage.Example("convert net.pkl net.safetensors", "an old PyTorch file made safe"),
              new Usage.Example(
                  "convert net.safetensors net.pt",
                  "a state dict for torch.load(\"net.pt\", weights_only=True)"),
              new Usage.Example(
                  "convert net.pkl net.npz --rename '^module\\.=' --rename '^fc=linear'",
                  "without the prefix of DataParallel, and with another name for the classifier"),
              new Usage.Example(
                  "convert net.pkl models/resnet20 --serve-raw",
                  "a version for TensorFlow Serving that takes pixels from 0 to 255")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    Path source = Path.of(arguments.operand(0));
    Path target = Path.of(arguments.operand(1));
    ConversionFormat format = arguments.get(FORMAT).orElseGet(() -> ConversionFormat.of(target));
    if (format != ConversionFormat.SAVED_MODEL) {
      FOR_SAVED_MODELS.stream()
          .filter(arguments::has)
          .findFirst()
          .ifPresent(
              option -> {
                throw CommandException.usage(
                    "%s is given for a %s".formatted(option.dashed(), format.label()),
                    "Leave it out: it is for SavedModels");
              });
    }
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      Optional<Format> single = format.ofWeights();
      boolean force = arguments.has(FORCE);
      Path place = single.isPresent() ? target : SavedModelFolder.next(target);
      requireFree(place, single, force);
      outputs.prepare(
          Objects.requireNonNullElse(place.toAbsolutePath().getParent(), place), "TARGET");
      ModelWeights weights = Source.from(arguments, source).read(console);
      if (weights.checkpoint().tensors().isEmpty()) {
        throw new BadInputException(source + " holds no tensors", "Give a file with weights");
      }
      Checkpoint checkpoint;
      if (single.isPresent()) {
        checkpoint = weights.checkpoint();
        Map<String, String> facts = facts(weights);
        outputs.addWhole(
            place,
            path ->
                WeightsWriter.write(single.get(), path, new Weights(checkpoint.tensors(), facts)));
      } else {
        ModelOptions.Loaded model = ModelOptions.from(arguments, source).load(weights);
        model.warnings().forEach(console::say);
        checkpoint = model.checkpoint();
        ServingOptions options = servingOptions(arguments, weights, force);
        outputs.addWhole(
            place,
            path -> SavedModelExport.write(checkpoint, model.network().config(), path, options));
      }
      Conversion conversion = Conversion.of(checkpoint, place, single.orElse(Format.SAVED_MODEL));
      outputs.commit();
      if (arguments.has(JSON)) {
        conversion.writeJson(console.out());
      } else if (!arguments.has(OutputOptions.QUIET)) {
        console.out().print(conversion.summary());
      }
      return ExitStatus.DONE;
    }
  }

  /** The metadata, and for safetensors the mark of PyTorch's axis order where it is that. */
  private static Map<String, String> facts(ModelWeights weights) {
    Checkpoint checkpoint = weights.checkpoint();
    Map<String, String> facts = new LinkedHashMap<>(checkpoint.metadata());
    if (weights.isInPyTorchOrder()) {
      facts.putIfAbsent(Safetensors.AXIS_ORDER, Safetensors.PYTORCH);
    }
    return facts;
  }

  /** What is not given is as in the SavedModel that is converted, if it is one. */
  private static ServingOptions servingOptions(
      Arguments arguments, ModelWeights weights, boolean force) {
    Optional<ModelDescription> source = weights.description();
    Normalization normalization =
        source.map(ModelDescription::normalization).orElse(Normalization.CIFAR);
    return new ServingOptions(
        arguments.has(SERVE_RAW) || source.map(ModelDescription::rawImages).orElse(false),
        new Normalization(
            arguments.get(DataOptions.MEAN, normalization.mean()),
            arguments.get(DataOptions.STD, normalization.std())),
        force);
  }

  private static void requireFree(Path target, Optional<Format> format, boolean force)
      throws IOException {
    if (format.isPresent() && Files.isDirectory(target)) {
      throw CommandException.usage(
          "%s is a folder, and %s is written as a file".formatted(target, format.get().label()),
          "Name a file");
    }
    boolean bundle =
        format.equals(Optional.of(Format.TENSORFLOW_CHECKPOINT))
            && BundleNames.prefix(target).isPresent();
    if (!force && (bundle || Files.exists(target, LinkOption.NOFOLLOW_LINKS))) {
      throw CommandException.usage(
          "%s exists".formatted(target), "Name another target, or replace it with --force");
    }
  }
}
