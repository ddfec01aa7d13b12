package dev.hesse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code hesse demo}: the whole story on data that the program makes itself. It runs the other
 * commands and shows how they were called.
 */
final class DemoCommand implements Command {
  private static final Usage USAGE =
      new Usage(
          "demo",
          List.of(),
          "Make images, train a small ResNet and analyse it, in about a minute and offline",
          List.of(
              new Usage.Group(
                  "output",
                  List.of(
                      OutputOptions.OUT,
                      OutputOptions.JSON,
                      OutputOptions.QUIET,
                      OutputOptions.VERBOSE))),
          List.of(
              "The folder of --out gets report.json, example.svg and example.pdf, the images in"
                  + " demo-data, and the weights and the log of their training in demo-run. Those"
                  + " of an earlier demo are replaced."),
          List.of(new Usage.Example("demo --out demo", "see what the program does")));

  /** A command to run, with its arguments, and how it is announced. */
  private record Step(String heading, Command command, List<String> arguments) {
    String line() {
      return "hesse "
          + command.usage().name()
          + " "
          + arguments.stream()
              .map(argument -> argument.contains(" ") ? "'" + argument + "'" : argument)
              .collect(Collectors.joining(" "));
    }
  }

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    OutputOptions output = OutputOptions.from(arguments);
    boolean talks = !output.quiet() && !output.json();
    ExitStatus status = ExitStatus.DONE;
    for (Step step : steps(output.folder())) {
      List<String> options = new ArrayList<>(step.arguments());
      if (talks) {
        console.out().printf("%n# %s%n%s%n", step.heading(), step.line());
      } else {
        boolean result = step.command() instanceof AnalyzeCommand && output.json();
        options.add((result ? OutputOptions.JSON : OutputOptions.QUIET).dashed());
      }
      status = step.command().run(Arguments.parse(step.command().usage(), options), console);
    }
    if (talks) {
      Path folder = output.folder();
      console
          .out()
          .printf(
              "%nThe plot of the spectrum: %s%nThe training with the Hessian along it: %s%n",
              folder.resolve("example.svg"), folder.resolve("demo-run").resolve("training.svg"));
    }
    return status;
  }

  private static List<Step> steps(Path folder) {
    String data = folder.resolve("demo-data").toString();
    Path run = folder.resolve("demo-run");
    return List.of(
        new Step(
            "6,000 images of ten classes of shapes",
            new DataCommand(),
            List.of("make", "--out", data, "--force")),
        new Step(
            "A ResNet of 8 layers learns them",
            new TrainCommand(),
            List.of(
                "--data-dir",
                data,
                "--depth",
                "8",
                "--width",
                "8",
                "--epochs",
                "6",
                "--lr-schedule",
                "cosine",
                "--hessian-every",
                "2",
                "--density-iter",
                "30",
                "--trace-samples",
                "10",
                "--saving-folder",
                run.toString(),
                "--force")),
        new Step(
            "What the curvature of its loss looks like",
            new AnalyzeCommand(),
            List.of(
                "--resume",
                run.resolve("net.pt").toString(),
                "--data-dir",
                data,
                "--top-n",
                "5",
                "--out",
                folder.toString())));
  }
}
