package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of a PyTorch archive. The entries lie side by side from the file's first byte to the
 * directory; there is nothing between them, so no second archive can hide in the gaps.
 */
final class ZipArchive {
  private final Map<String, Region> records;

  private ZipArchive(Map<String, Region> records) {
    this.records = records;
  }

  static ZipArchive read(FileBytes file) throws IOException {
    ZipDirectory directory = ZipDirectory.read(file);
    List<ZipEntry> entries = directory.entries();
    String root = root(entries);
    List<ZipEntry> ordered =
        entries.stream().sorted(Comparator.comparingLong(ZipEntry::headerOffset)).toList();
    if (ordered.get(0).headerOffset() != 0) {
      throw damaged("the first zip entry does not begin at byte 0");
    }
    Map<String, Region> records = new HashMap<>();
    for (int i = 0; i < ordered.size(); i++) {
      ZipEntry entry = ordered.get(i);
      long limit = i + 1 < ordered.size() ? ordered.get(i + 1).headerOffset() : directory.start();
      records.put(entry.name().substring(root.length()), entry.locate(file, limit));
    }
    return new ZipArchive(records);
  }

  /** The one folder that holds everything, with its slash; checks that this is a checkpoint. */
  private static String root(List<ZipEntry> entries) {
    String first = entries.isEmpty() ? "" : entries.get(0).name();
    String root = first.substring(0, first.indexOf('/') + 1);
    if (entries.stream().anyMatch(entry -> entry.name().equals(root + "constants.pkl"))) {
      throw new BadInputException(
          "this is a TorchScript program, not a checkpoint",
          "In PyTorch, save its weights: "
              + "torch.save(torch.jit.load(FILE).state_dict(), \"weights.pt\")");
    }
    if (root.isEmpty() || entries.stream().noneMatch(e -> e.name().equals(root + "data.pkl"))) {
      throw new BadInputException(
          "this zip archive is no PyTorch checkpoint, because it has no FOLDER/data.pkl",
          "Give a file that torch.save wrote");
    }
    for (ZipEntry entry : entries) {
      if (!entry.name().startsWith(root)) {
        throw damaged("zip entry %s is outside folder %s".formatted(quote(entry.name()), root));
      }
    }
    return root;
  }

  boolean contains(String record) {
    return records.containsKey(record);
  }

  /**
   * @throws BadInputException if there is no such record
   */
  Region get(String record) {
    Region region = records.get(record);
    if (region == null) {
      throw damaged("the archive has no record %s".formatted(quote(record)));
    }
    return region;
  }
}
