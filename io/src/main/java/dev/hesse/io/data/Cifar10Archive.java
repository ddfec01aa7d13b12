package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** The published archive of CIFAR-10's binary version: a gzipped tar of one folder. */
public final class Cifar10Archive {
  /**
   * Where the dataset's author publishes it. The home page states the MD5
   * c32a1d4ab5d03f1284b67883e8d87530; size and SHA-256 of the same file are as GoMLX and
   * torchvision-ruby check them.
   */
  public static final PublishedFile PUBLISHED =
      new PublishedFile(
          URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
          170_052_171,
          "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");

  private static final String FOLDER = CifarFormat.CIFAR10.folder + "/";
  private static final long RECORDS_IN_A_FILE = 10_000;
  private static final long LARGEST_TEXT = 1 << 16;

  /** In the archive, and of no use here. */
  private static final String README = "readme.html";

  private static final List<String> FILES =
      Stream.of(
              CifarFormat.CIFAR10.files(Split.TRAIN),
              CifarFormat.CIFAR10.files(Split.TEST),
              List.of(CifarFormat.CIFAR10_NAMES))
          .flatMap(List::stream)
          .toList();

  private static final Set<Byte> REGULAR = Set.of(TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM);

  private Cifar10Archive() {}

  /** The names of the dataset's files. */
  public static List<String> files() {
    return FILES;
  }

  /**
   * Unpacks the dataset's files. What the archive says decides only which of the given paths an
   * entry is written to.
   *
   * @param tarGz the archive
   * @param targets for each of {@link #files()}, the path of a file that is not there yet
   * @throws BadInputException if the archive is damaged, or holds anything but the published files
   *     in their sizes, each once
   * @throws IOException if a target cannot be written
   */
  public static void unpack(InputStream tarGz, Map<String, Path> targets) throws IOException {
    List<String> missing = new ArrayList<>(FILES);
    missing.add(README);
    TarArchiveInputStream tar =
        reading(() -> new TarArchiveInputStream(new GZIPInputStream(tarGz)));
    TarArchiveEntry entry;
    while ((entry = reading(tar::getNextEntry)) != null) {
      if (entry.getLinkFlag() == TarConstants.LF_DIR && entry.getName().equals(FOLDER)) {
        continue;
      }
      String name = fileName(entry);
      if (!missing.remove(name)) {
        throw refused(entry, "is there twice");
      }
      if (!name.equals(README)) {
        copy(tar, entry.getSize(), Objects.requireNonNull(targets.get(name), name));
      }
    }
    missing.remove(README);
    if (!missing.isEmpty()) {
      throw BadInputException.damaged("the archive lacks " + String.join(", ", missing));
    }
  }

  /** The name within the folder of a regular file that may be in the archive. */
  private static String fileName(TarArchiveEntry entry) {
    if (!REGULAR.contains(entry.getLinkFlag()) || entry.isSparse()) {
      throw refused(entry, "is no regular file");
    }
    String path = entry.getName();
    String name = path.startsWith(FOLDER) ? path.substring(FOLDER.length()) : "";
    boolean text = name.equals(README) || name.equals(CifarFormat.CIFAR10_NAMES);
    if (!text && !FILES.contains(name)) {
      throw refused(entry, "is not one of the dataset's files");
    }
    long size = RECORDS_IN_A_FILE * CifarFormat.CIFAR10.recordBytes();
    if (text ? entry.getSize() > LARGEST_TEXT : entry.getSize() != size) {
      throw refused(entry, "has %d bytes".formatted(entry.getSize()));
    }
    return name;
  }

  private static void copy(InputStream tar, long size, Path target) throws IOException {
    try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
      byte[] buffer = new byte[1 << 16];
      long left = size;
      while (left > 0) {
        int count = reading(() -> tar.read(buffer));
        if (count < 0) {
          throw BadInputException.damaged("the archive ends within " + target.getFileName());
        }
        out.write(buffer, 0, count);
        left -= count;
      }
    }
  }

  @FunctionalInterface
  private interface Reading<T extends @Nullable Object> {
    T read() throws IOException;
  }

  /** Tells what is wrong with the archive from what is wrong with a target. */
  private static <T extends @Nullable Object> T reading(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new BadInputException(
          "the archive cannot be unpacked: "
              + BadInputException.quote(Objects.requireNonNullElse(e.getMessage(), "no reason")),
          "Download it again",
          e);
    }
  }

  private static BadInputException refused(TarArchiveEntry entry, String what) {
    return BadInputException.damaged(
        "the archive's entry %s %s".formatted(BadInputException.quote(entry.getName()), what));
  }
}
