package dev.hesse.cli;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The report of an analysis that was stopped amid its products. */
record PartialReport(AnalyzeReport reports, Supplier<Analysis> known) {
  /** Who interrupts a program waits a second for it. */
  private static final long PATIENCE_MILLIS = 700;

  /**
   * Writes it, if that takes no longer than the user waits.
   *
   * @return what was written, as a sentence
   */
  Optional<String> write(Path target) {
    try {
      return Optional.of(
          CompletableFuture.supplyAsync(() -> written(target))
              .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty(); // the products are kept, and say the same later
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private String written(Path target) {
    HessianReport report = reports.of(known.get());
    Path part = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      try {
        ReportWriter.write(report, part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "What %d products say is in %s.".formatted(report.cost().hvps(), target);
  }
}
