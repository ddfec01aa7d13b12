package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of one version of a model. */
final class VersionFolder {
  private static final String VARIABLES = "variables";

  private final Path path;
  private @Nullable Map<String, StoredTensor> checkpoint;

  VersionFolder(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Whether there are weights beside the graph. */
  boolean hasVariables() {
    return Files.isDirectory(path.resolve(VARIABLES));
  }

  /**
   * The checkpoint's tensors by key, read when they are first asked for.
   *
   * @throws BadInputException if there are none, or their files are damaged
   */
  Map<String, StoredTensor> checkpoint() {
    Map<String, StoredTensor> read = checkpoint;
    if (read == null) {
      try {
        read = TensorBundle.read(path.resolve(VARIABLES).resolve(VARIABLES)).tensors();
      } catch (BadInputException e) {
        throw e.in(path.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      checkpoint = read;
    }
    return read;
  }

  /** The SHA-256 digest of the graph's file followed by those of the variables by name. */
  String sha256() throws IOException {
    List<Path> paths = new ArrayList<>(List.of(path.resolve("saved_model.pb")));
    if (hasVariables()) {
      try (Stream<Path> files = Files.list(path.resolve(VARIABLES))) {
        files
            .filter(Files::isRegularFile)
            .filter(file -> String.valueOf(file.getFileName()).startsWith(VARIABLES + "."))
            .sorted()
            .forEach(paths::add);
      }
    }
    List<FileBytes> opened = new ArrayList<>();
    try {
      for (Path file : paths) {
        opened.add(FileBytes.open(file));
      }
      return FileBytes.sha256(opened);
    } finally {
      for (FileBytes file : opened) {
        file.close();
      }
    }
  }
}
