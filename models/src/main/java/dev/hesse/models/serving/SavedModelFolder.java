package dev.hesse.models.serving;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Where SavedModels lie: a version folder holds {@code saved_model.pb}, a base path holds version
 * folders, whose names are whole numbers. TensorFlow Serving polls base paths and serves the
 * highest version; it ignores all other names.
 */
public final class SavedModelFolder {
  private static final String MODEL = "saved_model.pb";

  private SavedModelFolder() {}

  /** Whether a path is a version folder or a base path with at least one version. */
  public static boolean isSavedModel(Path path) throws IOException {
    return isVersionFolder(path) || !versions(path).isEmpty();
  }

  /**
   * The version folder that a path means: itself, or its highest version.
   *
   * @param version of a base path, in place of the highest
   * @throws BadInputException if the path is neither, or the version is not there; then it names
   *     those that are
   */
  public static Path find(Path path, OptionalLong version) throws IOException {
    NavigableMap<Long, Path> versions = versions(path);
    if (versions.isEmpty() && version.isPresent()) {
      String what =
          isVersionFolder(path)
              ? "is one SavedModel without versions"
              : "has no versions, which are numbered folders with %s".formatted(MODEL);
      throw new BadInputException(
          "%s %s".formatted(path, what),
          "Leave the version out, or give the folder with the versions");
    }
    if (versions.isEmpty()) {
      if (isVersionFolder(path)) {
        return path;
      }
      requireFolder(path);
      throw new BadInputException(
          "%s holds no SavedModel: neither %s nor numbered folders with one".formatted(path, MODEL),
          "Give a SavedModel's folder, or the one with its versions");
    }
    Path found =
        version.isPresent() ? versions.get(version.getAsLong()) : versions.lastEntry().getValue();
    if (found == null) {
      throw new BadInputException(
          "%s has no version %d".formatted(path, version.getAsLong()),
          "Take one of its versions: " + versions.keySet());
    }
    return found;
  }

  private static void requireFolder(Path path) {
    if (!Files.exists(path)) {
      throw new BadInputException("%s: there is no such folder".formatted(path), "Check the path");
    }
    if (!Files.isDirectory(path)) {
      throw new BadInputException(
          "%s is a file, and a SavedModel is a folder".formatted(path),
          name(path).equals(MODEL)
              ? "Give the folder that the file is in"
              : "Export the model, with Keras by model.export(\"DIR\"), and give that folder");
    }
  }

  /**
   * The version folder to write: a path whose name is a number as it is; in any other the version
   * after its highest, which is 1 in a new one.
   */
  public static Path next(Path path) throws IOException {
    if (isNumber(path)) {
      return path;
    }
    NavigableMap<Long, Path> versions = numbered(path);
    return path.resolve(Long.toString(versions.isEmpty() ? 1 : versions.lastKey() + 1));
  }

  static Path model(Path versionFolder) {
    return versionFolder.resolve(MODEL);
  }

  /** What the names of the files with the variables begin with. */
  static Path variables(Path versionFolder) {
    return versionFolder.resolve("variables").resolve("variables");
  }

  private static boolean isVersionFolder(Path path) {
    return Files.isRegularFile(model(path));
  }

  private static NavigableMap<Long, Path> versions(Path base) throws IOException {
    NavigableMap<Long, Path> versions = numbered(base);
    versions.values().removeIf(folder -> !isVersionFolder(folder));
    return versions;
  }

  private static NavigableMap<Long, Path> numbered(Path base) throws IOException {
    NavigableMap<Long, Path> numbered = new TreeMap<>();
    if (Files.isDirectory(base)) {
      try (DirectoryStream<Path> children =
          Files.newDirectoryStream(base, SavedModelFolder::isNumber)) {
        children.forEach(child -> numbered.put(Long.parseLong(name(child)), child));
      }
    }
    return numbered;
  }

  /** Whether the name is a whole number of 63 bits. */
  private static boolean isNumber(Path path) {
    String name = name(path);
    return name.chars().allMatch(c -> c >= '0' && c <= '9')
        && !name.isEmpty()
        && new BigInteger(name).bitLength() < Long.SIZE;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
