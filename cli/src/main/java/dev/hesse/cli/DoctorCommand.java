package dev.hesse.cli;

import dev.hesse.hessian.Devices;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/** {@code hesse doctor}: what the program runs on, and what a GPU still needs. */
final class DoctorCommand implements Command {
  private static final String ONEDNN = "TF_ENABLE_ONEDNN_OPTS";
  private static final List<Path> LIBRARY_FOLDERS =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu"),
          Path.of("/usr/lib64"),
          Path.of("/usr/local/cuda/lib64"),
          Path.of("/usr/lib/wsl/lib"));

  private static final Usage USAGE =
      new Usage(
          "doctor",
          List.of(),
          "Versions and devices, and what is missing for the GPU",
          List.of(new Usage.Group("output", List.of(OutputOptions.VERBOSE))),
          List.of("The exit code is 0 if TensorFlow computes on the CPU."),
          List.of(new Usage.Example("doctor", "check this machine")));

  /** A library that TensorFlow loads for GPUs. */
  private record Library(String file, String from) {}

  private static final List<Library> GPU_LIBRARIES =
      List.of(
          new Library("libcuda.so.1", "the NVIDIA driver"),
          new Library("libcudart.so.12", "CUDA 12"),
          new Library("libcublas.so.12", "CUDA 12"),
          new Library("libcufft.so.11", "CUDA 12"),
          new Library("libcusolver.so.11", "CUDA 12"),
          new Library("libcusparse.so.12", "CUDA 12"),
          new Library("libcudnn.so.9", "cuDNN 9"));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) {
    PrintStream out = console.out();
    row(out, "hesse", Version.HESSE);
    row(
        out,
        "java",
        "%s, heap of at most %s"
            .formatted(
                System.getProperty("java.version"), Bytes.text(Runtime.getRuntime().maxMemory())));
    row(
        out,
        "system",
        "%s %s, %d processors, %s of memory available"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Bytes.text(2 * Memory.halfOfAvailable())));
    row(
        out,
        "tensorflow",
        TensorFlow.version() + (Devices.gpuBuild() ? ", built for GPUs" : ", built for CPUs"));
    row(out, "oneDNN", oneDnn());
    boolean works = Devices.cpuAvailable();
    row(out, "cpu", works ? "works" : "does not work: TensorFlow adds 1 and 1 wrongly");
    gpu(out);
    return works ? ExitStatus.DONE : ExitStatus.FAILURE;
  }

  private static String oneDnn() {
    return switch (Objects.requireNonNullElse(System.getenv(ONEDNN), "")) {
      case "1" -> "on";
      case "0" -> "off by %s=0, which makes products slower".formatted(ONEDNN);
      default -> "as TensorFlow decides; ./hesse turns it on with %s=1".formatted(ONEDNN);
    };
  }

  private static void gpu(PrintStream out) {
    if (Devices.gpuAvailable()) {
      row(out, "gpu", "works: " + Gpu.name().orElse("one that the driver does not name"));
      return;
    }
    row(out, "gpu", "not usable; what it needs:");
    need(out, "an NVIDIA GPU and its driver", Gpu.driver(), "install NVIDIA's driver");
    need(
        out,
        "the build for GPUs",
        Optional.of("in use").filter(used -> Devices.gpuBuild()),
        "set HESSE_GPU=1 before ./hesse, which then downloads 0.5 GB once");
    for (Library library : GPU_LIBRARIES) {
      need(
          out,
          "%s (%s)".formatted(library.file(), library.from()),
          find(library.file()).map(Path::toString),
          "install %s and put its folder on LD_LIBRARY_PATH".formatted(library.from()));
    }
  }

  private static Optional<Path> find(String library) {
    String path = Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "");
    return Stream.concat(
            Stream.of(path.split(":")).filter(folder -> !folder.isBlank()).map(Path::of),
            LIBRARY_FOLDERS.stream())
        .map(folder -> folder.resolve(library))
        .filter(Files::exists)
        .findFirst();
  }

  private static void need(PrintStream out, String what, Optional<String> found, String remedy) {
    row(
        out,
        "",
        found
            .map(where -> "have     %s: %s".formatted(what, where))
            .orElse("missing  %s: %s".formatted(what, remedy)));
  }

  private static void row(PrintStream out, String name, String value) {
    out.println("%-12s %s".formatted(name, value));
  }
}
