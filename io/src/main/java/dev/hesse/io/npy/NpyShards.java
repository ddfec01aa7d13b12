package dev.hesse.io.npy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.data.ArrayDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.data.ShardedDataset;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images and labels that are spread over several npy files: those of a folder, or those whose names
 * match a pattern such as {@code images-*.npy}, in the order of their names.
 */
public final class NpyShards {
  private NpyShards() {}

  /** Whether a path means several files. */
  public static boolean are(Path path) {
    return Files.isDirectory(path) || (isPattern(path) && !Files.exists(path));
  }

  private static boolean isPattern(Path path) {
    return String.valueOf(path.getFileName()).matches(".*[*?\\[{].*");
  }

  /**
   * Opens the files two by two: reads headers and labels.
   *
   * @throws BadInputException if there are none, not as many of the one as of the other, or one is
   *     bad
   */
  public static Dataset open(Path images, Path labels, @Nullable Normalization normalization)
      throws IOException {
    List<Path> imageFiles = files(images);
    List<Path> labelFiles = files(labels);
    if (imageFiles.size() != labelFiles.size()) {
      throw new BadInputException(
          "%s has %d npy files and %s has %d"
              .formatted(images, imageFiles.size(), labels, labelFiles.size()),
          "Give one file of labels for each of images, in the same order of names");
    }
    List<Dataset> shards = new ArrayList<>();
    for (int i = 0; i < imageFiles.size(); i++) {
      Path image = imageFiles.get(i);
      Path label = labelFiles.get(i);
      shards.add(new ArrayDataset(named(image), named(label), normalization));
    }
    return new ShardedDataset(images + ", " + labels, shards);
  }

  private static ArrayDataset.Named named(Path file) throws IOException {
    return ArrayDataset.Named.of(file.toString(), Npy.open(file));
  }

  private static List<Path> files(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    Path parent = folder ? path : Objects.requireNonNullElse(path.getParent(), Path.of(""));
    String pattern = folder ? "*.npy" : String.valueOf(path.getFileName());
    if (!Files.isDirectory(parent)) {
      throw new BadInputException(
          "%s: there is no such folder".formatted(parent), "Check the path");
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, pattern)) {
      found.forEach(files::add);
    }
    if (files.isEmpty()) {
      throw new BadInputException(
          "%s: there are no npy files".formatted(path), "Check the path and the files' names");
    }
    Collections.sort(files);
    return files;
  }
}
