package dev.hesse.io;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Folders that appear whole or not at all. */
public final class AtomicFolder {

  /** What a folder is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes into an empty folder. */
    void writeTo(Path folder) throws IOException;
  }

  private AtomicFolder() {}

  /**
   * Writes a hidden folder beside {@code target} and renames it once it is complete. If anything
   * fails, {@code target} is as it was and nothing is left beside it. While an existing folder is
   * being replaced there is a moment without any, but none with a part of one.
   *
   * @param target replaced if it exists, with all that is in it; folders above it are made
   */
  public static void write(Path target, Content content) throws IOException {
    Path absolute = target.toAbsolutePath();
    String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path part = hidden(absolute, suffix + ".part");
    Path old = hidden(absolute, suffix + ".old");
    List<Path> made = makeFolders(absolute.getParent());
    try {
      Files.createDirectory(part);
      content.writeTo(part);
      replace(absolute, part, old);
      made.clear();
    } finally {
      delete(part);
      delete(old);
      deleteEmpty(made);
    }
  }

  private static Path hidden(Path target, String suffix) {
    return target.resolveSibling("." + target.getFileName() + "." + suffix);
  }

  /** Makes missing folders, and lists them from the innermost outwards. */
  private static List<Path> makeFolders(@Nullable Path folder) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path each = folder; each != null && !Files.exists(each); each = each.getParent()) {
      missing.add(each);
    }
    if (!missing.isEmpty()) {
      Files.createDirectories(missing.get(0));
    }
    return missing;
  }

  private static void deleteEmpty(List<Path> folders) throws IOException {
    for (Path folder : folders) {
      try {
        Files.delete(folder);
      } catch (DirectoryNotEmptyException e) {
        return; // someone else writes there too
      }
    }
  }

  private static void replace(Path target, Path part, Path old) throws IOException {
    boolean exists = Files.exists(target);
    if (exists) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (exists) {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
