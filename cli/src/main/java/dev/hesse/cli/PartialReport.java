package dev.hesse.cli;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportWriter;
import java.io.ByteArrayOutputStream;
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
  private static final long PATIENCE_MILLIS = 600;

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

  /** Makes it once for nothing, on another thread, so that the next time takes no loading. */
  void rehearse() {
    // One that is over by then has closed what this reads; nobody waits for the result.
    CompletableFuture<byte[]> unused =
        CompletableFuture.supplyAsync(() -> text(reports.of(known.get())));
  }

  /** Not as an {@link dev.hesse.io.AtomicFile}, which waits until the disk has all of it. */
  private String written(Path target) {
    HessianReport report = reports.of(known.get());
    byte[] text = text(report);
    Path part = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      try {
        Files.write(part, text);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "What %d products say is in %s.".formatted(report.cost().hvps(), target);
  }

  private static byte[] text(HessianReport report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ReportWriter.write(report, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
