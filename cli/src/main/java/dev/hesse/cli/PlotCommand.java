package dev.hesse.cli;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Report;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.plot.ComparedReport;
import dev.hesse.plot.FigureOptions;
import dev.hesse.plot.HtmlReport;
import dev.hesse.plot.PathNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code hesse plot}: the figures of a report, training log or landscape again, or several reports
 * in one figure. Needs no TensorFlow.
 */
final class PlotCommand implements Command {
  private static final CommandOption<Double> SIGMA2 =
      CommandOption.of(
              "sigma2",
              ValueType.between(0, 1e100),
              "variance of the Gaussian that replaces each Ritz value")
          .withDefault(
              "that of 1/%d of the spectrum's range"
                  .formatted(FigureOptions.SIGMAS_PER_RANGE_DEFAULT));
  private static final CommandOption<String> TITLE =
      CommandOption.of("title", ValueType.TEXT, "heading of the figure")
          .withDefault("the network's architecture");
  private static final CommandOption<Integer> WIDTH =
      CommandOption.of("width", ValueType.whole(300, 5000), "of the figure, in points")
          .withDefault(FigureOptions.DEFAULT.width());
  private static final CommandOption<Integer> HEIGHT =
      CommandOption.of("height", ValueType.whole(200, 5000), "of the figure, in points")
          .withDefault(
              "%d, for others what their diagrams need"
                  .formatted(FigureOptions.SPECTRUM_HEIGHT_DEFAULT));
  private static final CommandOption<Boolean> HTML =
      CommandOption.flag(
          "html", "also write report.html, one page with the figure and the numbers");

  private static final Usage USAGE =
      new Usage(
          "plot",
          List.of("REPORT.json..."),
          "The figures of a report, training log or landscape again, or several reports in one figure",
          List.of(
              new Usage.Group("figure", List.of(SIGMA2, TITLE, WIDTH, HEIGHT, HTML)),
              new Usage.Group(
                  "output",
                  List.of(OutputOptions.OUT, OutputOptions.QUIET, OutputOptions.VERBOSE))),
          List.of(
              "The folder of --out gets example.svg and example.pdf, or for the training.json of a"
                  + " training run training.svg and training.pdf, and for a landscape.json those that hesse"
                  + " landscape writes.",
              "Several reports become comparison.svg and comparison.pdf: λ_max with its bound and the"
                  + " trace with two standard errors over the number of examples, or where that does not"
                  + " tell the reports of a matrix apart, in the order given; and their densities."),
          List.of(
              new Usage.Example(
                  "plot out/report.json --sigma2 0.5 --html --out figures",
                  "a figure with less smoothing, and a page to send"),
              new Usage.Example(
                  "plot run/training.json --out figures", "loss and curvature over the epochs"),
              new Usage.Example(
                  "plot 200/report.json 2000/report.json --out figures",
                  "how far the results depend on the number of examples")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    FigureOptions defaults = FigureOptions.DEFAULT;
    FigureOptions options =
        new FigureOptions(
            arguments.get(TITLE).orElse(null),
            arguments.get(WIDTH, defaults.width()),
            arguments.get(HEIGHT).orElse(null),
            arguments.get(SIGMA2).orElse(null));
    Path folder = arguments.get(OutputOptions.OUT, OutputOptions.FOLDER_DEFAULT);
    List<Path> files = arguments.operands().stream().map(Path::of).toList();
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      outputs.prepare(folder, OutputOptions.OUT);
      String table = "";
      if (files.size() > 1) {
        refuse(arguments, List.of(HTML), "several reports");
        List<ComparedReport> reports = compared(files);
        Plots.add(reports, options, folder, outputs);
        table = ComparisonTable.text(reports);
      } else {
        addOne(read(files.get(0)), arguments, options, folder, outputs);
      }
      outputs.commit();
      if (!arguments.has(OutputOptions.QUIET)) {
        console.out().print(table);
        console
            .out()
            .println(
                "written: "
                    + outputs.files().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(", ")));
      }
      return ExitStatus.DONE;
    }
  }

  private static void addOne(
      Report report, Arguments arguments, FigureOptions options, Path folder, Outputs outputs) {
    if (report instanceof TrainingLog log) {
      refuse(arguments, List.of(SIGMA2, HTML), "a training log");
      Plots.add(log, options, folder, outputs);
    } else if (report instanceof Landscape landscape) {
      refuse(arguments, List.of(SIGMA2, HTML), "a landscape");
      Plots.add(landscape, options, folder, outputs);
    } else if (report instanceof HessianReport analysis) {
      Plots.add(analysis, options, folder, outputs);
      if (arguments.has(HTML)) {
        outputs.add(
            folder.resolve("report.html"), target -> HtmlReport.write(analysis, options, target));
      }
    }
  }

  private static Report read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          file + (Files.exists(file) ? " is no file" : " does not exist"),
          "Name a report.json, training.json or landscape.json that hesse wrote");
    }
    return Report.read(file);
  }

  private static List<ComparedReport> compared(List<Path> files) throws IOException {
    List<String> names =
        PathNames.distinguishing(
            files.stream().map(file -> file.toAbsolutePath().normalize().toString()).toList());
    List<ComparedReport> reports = new ArrayList<>();
    for (Path file : files) {
      if (!(read(file) instanceof HessianReport report)) {
        throw new BadInputException(
            file + " is no report of hesse analyze, and only those go into one figure",
            "Draw it alone");
      }
      reports.add(new ComparedReport(names.get(reports.size()), report));
    }
    return reports;
  }

  private static void refuse(Arguments arguments, List<CommandOption<?>> options, String report) {
    for (CommandOption<?> option : options) {
      if (arguments.has(option)) {
        throw CommandException.usage(
            "%s does not apply to %s".formatted(option.dashed(), report), "Leave it out");
      }
    }
  }
}
