package dev.hesse.io.data;

import static java.util.stream.Collectors.joining;

import dev.hesse.io.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The two published binary layouts. A record is its label bytes, of which the last one counts, then
 * the red, green and blue plane, each 32 rows of 32 bytes.
 */
enum CifarFormat {
  CIFAR10("cifar-10-batches-bin", 1, 10),
  CIFAR100("cifar-100-binary", 2, 100);

  /** Where CIFAR-10 has the names of its classes, one a line. */
  static final String CIFAR10_NAMES = "batches.meta.txt";

  static final int SIDE = 32;
  static final int CHANNELS = 3;
  static final int PIXEL_BYTES = CHANNELS * SIDE * SIDE;

  final int labelBytes;
  final int classes;
  final String folder;

  CifarFormat(String folder, int labelBytes, int classes) {
    this.folder = folder;
    this.labelBytes = labelBytes;
    this.classes = classes;
  }

  int recordBytes() {
    return labelBytes + PIXEL_BYTES;
  }

  /** The files of a split in one layout; any of a split's files suffices. */
  record Located(CifarFormat format, List<Path> files) {}

  /** Finds a split's files in a folder, or in the folder that the published archive unpacks to. */
  static Located locate(Path directory, Split split) {
    if (!Files.isDirectory(directory)) {
      throw new BadInputException(
          directory + (Files.exists(directory) ? " is not a folder" : " does not exist"),
          expectation(split));
    }
    List<Located> found = new ArrayList<>();
    for (CifarFormat format : values()) {
      for (Path folder : List.of(directory, directory.resolve(format.folder))) {
        List<Path> files =
            format.files(split).stream().map(folder::resolve).filter(Files::isRegularFile).toList();
        if (!files.isEmpty()) {
          found.add(new Located(format, files));
        }
      }
    }
    if (found.isEmpty()) {
      throw new BadInputException(
          directory + " holds no CIFAR " + split.label() + " data", expectation(split));
    }
    if (found.size() > 1) {
      throw new BadInputException(
          "%s holds more than one dataset: %s"
              .formatted(
                  directory,
                  found.stream().map(l -> l.files().get(0).toString()).collect(joining(" and "))),
          "Name the folder of one of them");
    }
    return found.get(0);
  }

  /** The names of a split's files, in the order of their examples. */
  List<String> files(Split split) {
    return switch (this) {
      case CIFAR10 ->
          split == Split.TRAIN
              ? IntStream.rangeClosed(1, 5).mapToObj("data_batch_%d.bin"::formatted).toList()
              : List.of("test_batch.bin");
      case CIFAR100 -> List.of(split == Split.TRAIN ? "train.bin" : "test.bin");
    };
  }

  private static String expectation(Split split) {
    String names =
        Arrays.stream(values())
            .map(
                format -> {
                  List<String> files = format.files(split);
                  return Stream.of(files.get(0), files.get(files.size() - 1))
                      .distinct()
                      .collect(joining(" to "));
                })
            .collect(joining(", or "));
    return "Name a folder with the binary version's files: " + names;
  }
}
