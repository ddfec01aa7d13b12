package dev.hesse.cli;

import dev.hesse.hessian.Device;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.LandscapeWriter;
import dev.hesse.plot.FigureOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code hesse landscape}: the loss around a trained network, along one or two directions. */
final class LandscapeCommand implements Command {
  private static final Usage USAGE =
      new Usage(
          "landscape",
          List.of(),
          "Loss and accuracy around a trained network, along one or two directions",
          LandscapeOptions.GROUPS,
          List.of(
              "The folder of --out gets landscape.json with landscape.svg and landscape.pdf, for a"
                  + " plane also landscape-surface.svg and .pdf. A loss that is not finite is null"
                  + " there, and a gap.",
              "A random direction has a filter's norm for each filter of the network: an output"
                  + " channel of a convolution, a column of a dense layer. Biases and batch norm's"
                  + " parameters stay as they are unless --with-biases.",
              "Beside eigenvectors and directions from a file is the quadratic model, the loss by"
                  + " its gradient and Hessian at the network. The exit code is 4, with all files"
                  + " written, if eigenvectors do not reach the tolerance.",
              Source.ON_RENAMING),
          List.of(
              new Usage.Example(
                  "landscape --resume net.pkl --data-dir cifar-10-batches-bin --sequential --out out",
                  "the loss along the top eigenvector"),
              new Usage.Example(
                  "landscape --resume net.pkl --data-dir cifar-10-batches-bin --directions random"
                      + " --dimensions 2 --out out",
                  "a plane of two filter-normalised random directions"),
              new Usage.Example(
                  "landscape --saved-model export --images x.npy --labels y.npy"
                      + " --directions v.npy --range 0.1",
                  "along a direction of your own, of any TensorFlow model")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    LandscapeOptions options = LandscapeOptions.from(arguments);
    OutputOptions output = options.output();
    if (output.quiet() || output.json()) {
      console.progress().disable();
    }
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      outputs.prepare(output.folder(), OutputOptions.OUT);
      Subject.Loaded loaded = options.subject().load(console);
      Device device = options.computation().device(console);
      LandscapeRun run =
          LandscapeRun.of(options, loaded.model(), loaded.data(), device, console.progress());
      Landscape landscape = new LandscapeReport(options, loaded, device).of(run);
      console.progress().clear();
      run.shortfall().ifPresent(reached -> console.say("warning: the eigenvectors: " + reached));

      Path document = output.folder().resolve("landscape.json");
      outputs.add(document, target -> LandscapeWriter.write(landscape, target));
      Plots.add(landscape, FigureOptions.DEFAULT, output.folder(), outputs);
      outputs.commit();
      if (output.json()) {
        LandscapeWriter.write(landscape, console.out());
      } else if (!output.quiet()) {
        console.out().print(new LandscapeSummary(landscape, outputs.files()).text());
      }
      return run.shortfall().isEmpty() ? ExitStatus.DONE : ExitStatus.NOT_CONVERGED;
    }
  }
}
