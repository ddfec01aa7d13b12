package dev.hesse.cli;

import dev.hesse.hessian.Device;
import dev.hesse.hessian.linalg.NumericalException;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportWriter;
import dev.hesse.models.LossModel;
import dev.hesse.plot.FigureOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code hesse analyze}: loss, accuracy, eigenvalues, trace and density of a trained network. */
final class AnalyzeCommand implements Command {
  private static final Usage USAGE =
      new Usage(
          "analyze",
          List.of(),
          "Hessian eigenvalues, trace and spectral density of a trained network",
          AnalyzeOptions.GROUPS,
          List.of(
              "The folder of --out gets report.json, and example.svg and example.pdf where there"
                  + " are eigenvalues or a density to draw.",
              "The exit code is 4, with the report written, if eigenvalues do not reach the"
                  + " tolerance or the density its steps. The trace takes at most --trace-samples"
                  + " samples and states its standard error; that it is above --tol counts only if"
                  + " --tol is given.",
              "Arrays for --saved-model with fewer examples than the default --hessian-batch-size are"
                  + " taken whole. What an input's array must be, and where labels could mean two"
                  + " losses, an error says.",
              Source.ON_RENAMING),
          List.of(
              new Usage.Example(
                  "analyze --resume net.pkl --data-dir cifar-10-batches-bin --sequential --out out",
                  "everything about the first 200 training images"),
              new Usage.Example(
                  "analyze --resume net.pkl --data-dir cifar-10-batches-bin --split test"
                      + " --hessian-batch-size all --only accuracy",
                  "loss and accuracy on all test images"),
              new Usage.Example(
                  "analyze --resume net.pkl --images x.npy --labels y.npy --only eigenvalues"
                      + " --top-n 5 --bottom-n 2 --eigenvectors v.safetensors",
                  "the ends of the spectrum with eigenvectors, on data of your own"),
              new Usage.Example(
                  "analyze --saved-model export --images x.npy --labels y.npy",
                  "everything about any TensorFlow model"),
              new Usage.Example(
                  "analyze --saved-model export --input ids=ids.npy --input mask=mask.npy"
                      + " --labels y.npy --output logits --parameters 'dense|head'",
                  "of a model with two inputs, for some of its variables")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    AnalyzeOptions options = AnalyzeOptions.from(arguments);
    OutputOptions output = options.output();
    if (output.quiet() || output.json()) {
      console.progress().disable();
    }
    try (Outputs outputs = new Outputs()) {
      AtomicReference<PartialReport> soFar = new AtomicReference<>();
      console
          .interruption()
          .guard(() -> interrupted(outputs, options, Optional.ofNullable(soFar.get())));
      outputs.prepare(output.folder(), OutputOptions.OUT);
      options
          .estimates()
          .eigenvectors()
          .ifPresent(file -> outputs.prepare(folderOf(file), EstimatorOptions.EIGENVECTORS));
      options
          .estimates()
          .diagonal()
          .ifPresent(to -> outputs.prepare(folderOf(to.file()), DiagonalOptions.FILE));
      options.spill().ifPresent(folder -> outputs.prepareForAWhile(folder, AnalyzeOptions.SPILL));
      if (options.estimates().needsProducts()) {
        options.journal().replaced().ifPresent(console::say);
      }
      Subject.Loaded loaded = options.subject().load(console);
      LossModel model = loaded.model();
      options
          .estimates()
          .eigenvectors()
          .ifPresent(
              file ->
                  ParameterVectors.requireRoom(options.estimates().pairs(), model.parameters()));
      Device device =
          options.cluster().isPresent() ? Device.CPU : options.computation().device(console);
      AnalyzeReport reports = new AnalyzeReport(options, loaded, device);
      try {
        Analysis analysis =
            analysis(
                options,
                model,
                loaded.data(),
                device,
                console,
                known -> {
                  PartialReport report = new PartialReport(reports, known);
                  if (soFar.getAndSet(report) == null) {
                    report.rehearse();
                  }
                });
        HessianReport report = reports.of(analysis);
        console.progress().clear();
        analysis.warnings().forEach(console::say);

        addFiles(report, output.folder(), outputs);
        addEigenvectors(options, model, analysis, outputs);
        addDiagonal(options, model, analysis, outputs);
        outputs.commit();
        if (options.estimates().needsProducts()) {
          options.journal().delete();
        }
        print(report, analysis, outputs, options, console);
        return analysis.converged(options.estimates()) ? ExitStatus.DONE : ExitStatus.NOT_CONVERGED;
      } catch (NumericalException e) {
        options.journal().delete(); // would come to the same
        throw e;
      } catch (RuntimeException | OutOfMemoryError e) {
        if (Failure.of(e).status() != ExitStatus.WRONG_USAGE && options.journal().keeps()) {
          console.say(
              "the products that are on disk stay there, and %s goes on from them."
                  .formatted(AnalysisJournal.CONTINUE.dashed()));
        }
        throw e;
      }
    }
  }

  private static Analysis analysis(
      AnalyzeOptions options,
      LossModel model,
      BatchSource data,
      Device device,
      Console console,
      Consumer<Supplier<Analysis>> soFar)
      throws IOException {
    Optional<Cluster> cluster = Cluster.connect(options);
    try {
      return Analysis.run(options, model, data, device, cluster, console, soFar);
    } finally {
      cluster.ifPresent(Cluster::close);
    }
  }

  private static String interrupted(
      Outputs outputs, AnalyzeOptions options, Optional<PartialReport> soFar) {
    boolean kept = options.journal().keeps();
    String state = outputs.interrupt();
    options.cluster().ifPresent(ClusterOptions::abandon);
    if (!kept) {
      return state;
    }
    String known =
        soFar
            .flatMap(report -> report.write(options.journal().partialReport()))
            .map(what -> what + " ")
            .orElse("");
    return known + "Go on where it was: the same command with --continue.";
  }

  private static void addFiles(HessianReport report, Path folder, Outputs outputs) {
    outputs.add(folder.resolve("report.json"), target -> ReportWriter.write(report, target));
    if (report.eigenvalues() != null || report.density() != null) {
      Plots.add(report, FigureOptions.DEFAULT, folder, outputs);
    }
  }

  private static void addEigenvectors(
      AnalyzeOptions options, LossModel model, Analysis analysis, Outputs outputs) {
    options
        .estimates()
        .eigenvectors()
        .ifPresent(
            file ->
                outputs.add(
                    file,
                    target ->
                        ParameterVectors.write(
                            analysis.eigenpairs().stream()
                                .map(pair -> pair.vector().get())
                                .toList(),
                            model.parameters(),
                            target,
                            ParameterVectors.Format.of(file, EstimatorOptions.EIGENVECTORS))));
  }

  private static void addDiagonal(
      AnalyzeOptions options, LossModel model, Analysis analysis, Outputs outputs) {
    options
        .estimates()
        .diagonal()
        .ifPresent(
            to ->
                outputs.add(
                    to.file(),
                    target ->
                        ParameterVectors.write(
                            to.written(
                                analysis.diagonal().orElseThrow().values(), model.parameters()),
                            model.parameters(),
                            target,
                            ParameterVectors.Format.of(to.file(), DiagonalOptions.FILE))));
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
  }

  private static void print(
      HessianReport report,
      Analysis analysis,
      Outputs outputs,
      AnalyzeOptions options,
      Console console)
      throws IOException {
    OutputOptions output = options.output();
    if (output.json()) {
      ReportWriter.write(report, console.out());
    } else if (!output.quiet()) {
      console
          .out()
          .print(new Summary(report, analysis, options.estimates(), outputs.files()).text());
    }
  }
}
