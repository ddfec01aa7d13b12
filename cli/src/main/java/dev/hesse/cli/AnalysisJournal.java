package dev.hesse.cli;

import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.linalg.ProductJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where an analysis keeps its products until it is done, so that it can go on after it was stopped.
 *
 * @param path a hidden file in the folder of --out
 * @param resumes whether to go on with what is there
 * @param found whether there was something to go on with
 */
record AnalysisJournal(Path path, boolean resumes, boolean found) {
  static final CommandOption<Boolean> CONTINUE =
      CommandOption.flag("continue", "go on with an analysis into --out that was stopped");

  private static final String NAME = ".hesse-analyze.journal";
  private static final String PARTIAL = "partial.json";

  /**
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if there is nothing to go
   *     on with
   */
  static AnalysisJournal of(Arguments arguments, Path out) {
    Path path = out.resolve(NAME);
    AnalysisJournal journal =
        new AnalysisJournal(path, arguments.has(CONTINUE), holdsProducts(path));
    if (journal.resumes && !journal.found) {
      throw CommandException.usage(
          "%s holds no analysis that was stopped".formatted(out), "Leave out --continue");
    }
    return journal;
  }

  /**
   * Opens the journal of an operator's products.
   *
   * @param about all that products depend on
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if what is there is of
   *     another analysis
   */
  ProductJournal open(LossCurvature operator, String about) throws IOException {
    CRC32C crc = new CRC32C();
    // Products are of the same data if loss and gradient are, to rounding.
    String all =
        String.format(
            Locale.ROOT,
            "%s %.5g %.5g %d %d",
            about,
            operator.loss(),
            operator.gradientNorm(),
            operator.miniBatch(),
            operator.miniBatches());
    crc.update(all.getBytes(StandardCharsets.UTF_8));
    try {
      return resumes
          ? ProductJournal.resume(operator, path, crc.getValue())
          : ProductJournal.begin(operator, path, crc.getValue());
    } catch (ProductJournal.MismatchException e) {
      throw CommandException.usage(
          "%s is of an analysis of another model, data, mini-batches, matrix or seed"
              .formatted(path),
          "Give the same options as before, or leave out --continue to start over; with a trace and"
              + " without, and with --per-batch, mini-batches differ");
    }
  }

  /** What becomes of an analysis that could have been gone on with: a sentence. */
  Optional<String> replaced() {
    return found && !resumes
        ? Optional.of(
            "%s holds an analysis that was stopped. This one replaces it from its first product on; %s goes on with it."
                .formatted(path.getParent(), CONTINUE.dashed()))
        : Optional.empty();
  }

  private static boolean holdsProducts(Path path) {
    try {
      return ProductJournal.holdsProducts(path);
    } catch (IOException e) {
      return false; // nor could they be read
    }
  }

  /** Whether there is something to go on with; if not, nothing is left. */
  boolean keeps() {
    boolean holdsProducts = holdsProducts(path);
    if (!holdsProducts) {
      Outputs.deleteQuietly(path);
    }
    return holdsProducts;
  }

  /** Where the report of an analysis that was stopped goes. */
  Path partialReport() {
    return path.resolveSibling(PARTIAL);
  }

  /** Removes it, with the report of when it was stopped. */
  void delete() throws IOException {
    Files.deleteIfExists(path);
    if (found) {
      Files.deleteIfExists(partialReport());
    }
  }
}
