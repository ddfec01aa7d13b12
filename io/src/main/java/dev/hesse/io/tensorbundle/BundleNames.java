package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.TextFormat;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of a bundle's files, and the names by which users call a bundle. */
public final class BundleNames {
  private static final String INDEX = ".index";
  private static final Pattern SHARD = Pattern.compile("(.+)\\.data-\\d{5}-of-\\d{5}");

  /** The file in which TensorFlow's savers keep the name of a folder's latest checkpoint. */
  private static final String STATE = "checkpoint";

  private static final Pattern LATEST =
      Pattern.compile("^\\s*model_checkpoint_path\\s*:\\s*\"(.*)\"\\s*$", Pattern.MULTILINE);
  private static final int MAX_STATE = 1 << 20;

  private BundleNames() {}

  static Path index(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + INDEX);
  }

  static Path shard(Path prefix, int shard, int shards) {
    return prefix.resolveSibling(
        "%s.data-%05d-of-%05d".formatted(prefix.getFileName(), shard, shards));
  }

  /** Shards of the prefix that no bundle of one shard has. */
  static List<Path> otherShards(Path prefix) throws IOException {
    Path folder = Objects.requireNonNull(prefix.toAbsolutePath().getParent());
    String own = String.valueOf(shard(prefix, 0, 1).getFileName());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              file -> {
                String name = String.valueOf(file.getFileName());
                Matcher shard = SHARD.matcher(name);
                return shard.matches()
                    && shard.group(1).equals(String.valueOf(prefix.getFileName()))
                    && !name.equals(own);
              })
          .toList();
    }
  }

  /**
   * The prefix of the bundle that a path names: the prefix itself, the index, a shard, or a folder
   * whose {@code checkpoint} file names one within it. Empty if the path is none of these.
   *
   * @throws BadInputException if a folder's {@code checkpoint} file is not one, or leads out of the
   *     folder
   */
  public static Optional<Path> prefix(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      Path state = path.resolve(STATE);
      return Files.isRegularFile(state) ? Optional.of(latest(path, state)) : Optional.empty();
    }
    String name = String.valueOf(path.getFileName());
    Matcher shard = SHARD.matcher(name);
    if (shard.matches()) {
      return Optional.of(path.resolveSibling(shard.group(1)));
    }
    if (name.endsWith(INDEX) && name.length() > INDEX.length()) {
      return Optional.of(path.resolveSibling(name.substring(0, name.length() - INDEX.length())));
    }
    boolean bare = !Files.exists(path) && Files.exists(index(path));
    return bare ? Optional.of(path) : Optional.empty();
  }

  private static Path latest(Path folder, Path state) throws IOException {
    try (FileBytes file = FileBytes.open(state)) {
      if (file.size() > MAX_STATE) {
        throw new BadInputException(
            "%d bytes, where at most %d are read".formatted(file.size(), MAX_STATE),
            "Give the checkpoint's own name");
      }
      String text = StandardCharsets.UTF_8.decode(file.slice(0, file.size())).toString();
      return within(folder, latest(text));
    } catch (BadInputException e) {
      throw e.in(STATE);
    }
  }

  private static Path latest(String text) {
    Matcher line = LATEST.matcher(text);
    try {
      if (line.find()) {
        return Path.of(TextFormat.unescapeBytes(line.group(1)).toStringUtf8());
      }
    } catch (TextFormat.InvalidEscapeSequenceException | InvalidPathException e) {
      throw new BadInputException(
          "%s is not a path".formatted(quote(line.group(1))), "Give the checkpoint's own name", e);
    }
    throw new BadInputException(
        "no line model_checkpoint_path: \"…\"", "Give the checkpoint's own name");
  }

  private static Path within(Path folder, Path latest) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path resolved = absolute.resolve(latest).normalize();
    if (!resolved.startsWith(absolute) || resolved.equals(absolute)) {
      throw new BadInputException(
          "it names %s, which is not in its folder".formatted(quote(latest.toString())),
          "Give the checkpoint's own name");
    }
    return folder.resolve(absolute.relativize(resolved));
  }
}
