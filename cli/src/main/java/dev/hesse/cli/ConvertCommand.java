package dev.hesse.cli;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.Weights;
import dev.hesse.io.WeightsWriter;
import dev.hesse.io.tensorbundle.BundleNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

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
  private static final CommandOption<Boolean> JSON =
      CommandOption.flag("json", "print JSON: what was written, and what was not kept");

  private static final Usage USAGE =
      new Usage(
          "convert",
          List.of("SOURCE", "TARGET"),
          "Weights in another format: PyTorch, safetensors, npz, TensorFlow",
          List.of(
              new Usage.Group("conversion", List.of(FORMAT, FORCE)),
              new Usage.Group("output", List.of(JSON, OutputOptions.QUIET, OutputOptions.VERBOSE))),
          List.of(
              "SOURCE is anything that hesse inspect reads. TARGET's name says the format: .pt, .pth,"
                  + " .th or .pkl is a PyTorch state dict, .safetensors and .npz are themselves,"
                  + " .ckpt is the prefix of a TensorFlow checkpoint's files, and a folder or a name"
                  + " without extension is a SavedModel.",
              "Every tensor of the weights keeps its name, type, shape and bits. Optimizer state and"
                  + " other objects of a training checkpoint do not come along; numbers and texts"
                  + " beside the weights, such as epoch, do in safetensors."),
          List.of(
              new Usage.Example("convert net.pkl net.safetensors", "an old PyTorch file made safe"),
              new Usage.Example(
                  "convert net.safetensors net.pt",
                  "a state dict for torch.load(\"net.pt\", weights_only=True)")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    Path source = Path.of(arguments.operand(0));
    Path target = Path.of(arguments.operand(1));
    ConversionFormat format = arguments.get(FORMAT).orElseGet(() -> ConversionFormat.of(target));
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      Format written =
          switch (format) {
            case PT -> Format.PYTORCH_ZIP;
            case SAFETENSORS -> Format.SAFETENSORS;
            case NPZ -> Format.NPZ;
            case TF_CHECKPOINT -> Format.TENSORFLOW_CHECKPOINT;
            case SAVED_MODEL ->
                throw CommandException.usage(
                    "%s would be a SavedModel, which is not written".formatted(target),
                    "Name a file, such as %s.safetensors".formatted(target));
          };
      requireFree(target, written, arguments.has(FORCE));
      outputs.prepare(
          Objects.requireNonNullElse(target.toAbsolutePath().getParent(), target), "TARGET");
      Checkpoint checkpoint = Checkpoint.read(source);
      if (checkpoint.tensors().isEmpty()) {
        throw new BadInputException(source + " holds no tensors", "Give a file with weights");
      }
      Conversion conversion = Conversion.of(checkpoint, target, written);
      outputs.addWhole(
          target,
          path ->
              WeightsWriter.write(
                  written, path, new Weights(checkpoint.tensors(), checkpoint.metadata())));
      outputs.commit();
      if (arguments.has(JSON)) {
        conversion.writeJson(console.out());
      } else if (!arguments.has(OutputOptions.QUIET)) {
        console.out().print(conversion.summary());
      }
      return ExitStatus.DONE;
    }
  }

  private static void requireFree(Path target, Format format, boolean force) throws IOException {
    if (Files.isDirectory(target)) {
      throw CommandException.usage(
          "%s is a folder, and %s is written as a file".formatted(target, format.label()),
          "Name a file");
    }
    boolean bundle =
        format == Format.TENSORFLOW_CHECKPOINT && BundleNames.prefix(target).isPresent();
    if (!force && (bundle || Files.exists(target, LinkOption.NOFOLLOW_LINKS))) {
      throw CommandException.usage(
          "%s exists".formatted(target), "Name another target, or replace it with --force");
    }
  }
}
