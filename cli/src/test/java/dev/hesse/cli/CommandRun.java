package dev.hesse.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A run of the command within the test, and what it printed. */
record CommandRun(ExitStatus status, String out, String err) {
  private static final Path ROOT = Path.of(System.getProperty("hesse.root"));
  private static final Path DEMO = ROOT.resolve("testdata/demo");

  static CommandRun of(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        Console.of(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    ExitStatus status = new Main(console).run(arguments);
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Arguments separated by spaces, of which {@code DEMO} stands for the folder of that name. */
  static CommandRun of(String arguments, Object... more) {
    List<String> all = new ArrayList<>();
    Arrays.stream(arguments.split(" "))
        .map(argument -> argument.replace("DEMO", DEMO.toString()))
        .forEach(all::add);
    Arrays.stream(more).map(Object::toString).forEach(all::add);
    return of(all);
  }

  /** The options that name the network and the examples of the demo. */
  static List<String> demo() {
    return List.of(
        "--resume=" + DEMO.resolve("net.pt"),
        "--images=" + DEMO.resolve("images.npy"),
        "--labels=" + DEMO.resolve("labels.npy"));
  }

  static Path testdata(String name) {
    return ROOT.resolve("testdata").resolve(name);
  }
}
