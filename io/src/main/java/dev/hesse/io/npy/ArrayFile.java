package dev.hesse.io.npy;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An array in a file of NumPy's: {@code F.npy}, or {@code F.npz:NAME} for one of several.
 *
 * @param file the npy or npz file
 * @param member which of an npz file's arrays
 */
public record ArrayFile(Path file, Optional<String> member) {
  private static final String ARCHIVE = ".npz";

  /** Splits what a user writes. */
  public static ArrayFile of(Path path) {
    String text = path.toString();
    int split = text.lastIndexOf(ARCHIVE + ":");
    return split < 0
        ? new ArrayFile(path, Optional.empty())
        : new ArrayFile(
            Path.of(text.substring(0, split + ARCHIVE.length())),
            Optional.of(text.substring(split + ARCHIVE.length() + 1)));
  }

  /** Whether the file holds arrays by name. */
  public boolean isArchive() {
    return file.toString().endsWith(ARCHIVE);
  }

  /** As {@link #read}, but rows of a npy file are read when they are asked for. */
  public DataArray open(String... usual) throws IOException {
    return isArchive() ? read(usual) : Npy.open(file);
  }

  /**
   * Reads the array.
   *
   * @param usual names of which one is taken where an npz file has it, if none is chosen; otherwise
   *     the file must have only one array
   * @throws BadInputException if the file is damaged or has no such array; it lists those there are
   */
  public DataArray read(String... usual) throws IOException {
    if (!isArchive()) {
      return Npy.readArray(file);
    }
    Map<String, DataArray> arrays = Npz.readArrays(file);
    List<String> candidates = member.map(List::of).orElseGet(() -> List.of(usual));
    Optional<String> name = candidates.stream().filter(arrays::containsKey).findFirst();
    if (name.isEmpty() && member.isEmpty() && arrays.size() == 1) {
      name = arrays.keySet().stream().findFirst();
    }
    return name.map(arrays::get)
        .orElseThrow(
            () ->
                new BadInputException(
                    member.isPresent()
                        ? "%s has no array %s".formatted(file, quote(member.get()))
                        : "%s has several arrays".formatted(file),
                    "Choose one with %s:NAME, of %s"
                        .formatted(
                            Objects.requireNonNull(file.getFileName()),
                            arrays.keySet().stream()
                                .map(BadInputException::quote)
                                .collect(Collectors.joining(", ")))));
  }
}
