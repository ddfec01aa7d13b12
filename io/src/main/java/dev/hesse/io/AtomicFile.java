package dev.hesse.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Files that appear whole or not at all. */
public final class AtomicFile {
  /** Whatever takes longer to write than this is not being written any more. */
  private static final Duration LEFTOVER_AGE = Duration.ofMinutes(10);

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file beside {@code target} and moves it there in one step once it is complete and on
   * the disk. If anything fails, {@code target} is as it was and nothing is left beside it. What an
   * earlier process that was killed left beside it, more than ten minutes ago, is removed.
   *
   * @param target in an existing folder; replaced if it exists
   */
  public static void write(Path target, Content content) throws IOException {
    String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path part = target.resolveSibling("." + target.getFileName() + "." + suffix + ".part");
    try {
      try (FileChannel file =
              FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file))) {
        content.writeTo(out);
        out.flush();
        file.force(/* metaData= */ true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    removeLeftovers(target.toAbsolutePath());
  }

  private static void removeLeftovers(Path target) throws IOException {
    Pattern leftover =
        Pattern.compile(Pattern.quote("." + target.getFileName() + ".") + "[0-9a-f]{1,16}\\.part");
    Instant longAgo = Instant.now().minus(LEFTOVER_AGE);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            Objects.requireNonNull(target.getParent()),
            file ->
                leftover.matcher(String.valueOf(file.getFileName())).matches()
                    && Files.getLastModifiedTime(file).toInstant().isBefore(longAgo))) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }
}
