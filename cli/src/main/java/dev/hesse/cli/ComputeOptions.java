package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.hessian.Device;
import dev.hesse.hessian.Devices;
import dev.hesse.models.Precision;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where and how to compute.
 *
 * @param given whether the device is the user's wish or the default
 * @param asked the precision; empty for the model's own
 * @param memoryBytes empty for a part of what is available
 */
record ComputeOptions(
    Choice choice, boolean given, Optional<Precision> asked, Optional<Long> memoryBytes) {

  /** Which device. */
  enum Choice {
    AUTO,
    CPU,
    GPU;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final CommandOption<Choice> DEVICE =
      CommandOption.of(
              "device",
              ValueType.choice(Choice.class, Choice::label),
              "auto is a GPU where there is one that can be used")
          .withDefault(Choice.AUTO.label());
  private static final CommandOption<Boolean> CUDA =
      CommandOption.of("cuda", ValueType.TRUTH, "false is --device cpu, true is --device auto");
  private static final CommandOption<Precision> PRECISION =
      CommandOption.of(
              "precision",
              ValueType.choice(Precision.class, p -> p.name().toLowerCase(Locale.ROOT)),
              "of the network's arithmetic")
          .withDefault("the model's own: float32, or float64");
  private static final CommandOption<Long> MEMORY =
      CommandOption.of(
              "memory",
              ValueType.SIZE_IN_BYTES,
              "for kept values and Lanczos vectors, such as 800m or 4g")
          .withDefault("half of what is available");
  static final Usage.Group GROUP =
      new Usage.Group("computation", List.of(DEVICE, CUDA, PRECISION, MEMORY));

  static ComputeOptions from(Arguments arguments) {
    Optional<Choice> device = arguments.get(DEVICE);
    Optional<Boolean> cuda = arguments.get(CUDA);
    if (cuda.isPresent() && device.isPresent()) {
      Choice contradicting = cuda.get() ? Choice.CPU : Choice.GPU;
      if (device.get() == contradicting) {
        throw usage(
            "--cuda %s contradicts --device %s".formatted(cuda.get(), contradicting.label()),
            "Leave out one of them");
      }
    }
    boolean cudaRefused = cuda.isPresent() && !cuda.get();
    return new ComputeOptions(
        cudaRefused ? Choice.CPU : device.orElse(Choice.AUTO),
        cuda.isPresent() || device.isPresent(),
        arguments.get(PRECISION),
        arguments.get(MEMORY));
  }

  /** The precision to compute in, by a model of the given one. */
  Precision precision(Precision own) {
    return asked.orElse(own);
  }

  /**
   * Finds the device, and says so if it is not the one that was hoped for.
   *
   * @throws CommandException if a GPU is asked for and cannot be used
   */
  Device device(Console console) {
    if (choice == Choice.CPU) {
      return Device.CPU;
    }
    if (Devices.gpuAvailable()) {
      return Device.GPU;
    }
    String why =
        Devices.gpuBuild()
            ? "TensorFlow finds no GPU that it can use"
            : "this is the build for CPUs";
    if (choice == Choice.GPU) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "--device gpu: " + why,
          "See hesse doctor for what is missing, or use --device cpu",
          null);
    }
    if (given || Devices.gpuBuild()) {
      console.say("using the CPU, as %s. See hesse doctor for what is missing.".formatted(why));
    }
    return Device.CPU;
  }
}
