package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.zip.Region;
import dev.hesse.io.zip.ZipArchive;
import dev.hesse.io.zip.ZipDirectory;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The records of a PyTorch archive: stored entries of one folder, by name within it. */
final class PyTorchArchive {
  private final Map<String, Region> records;

  private PyTorchArchive(Map<String, Region> records) {
    this.records = records;
  }

  static PyTorchArchive read(FileBytes file) throws IOException {
    ZipDirectory directory = ZipDirectory.read(file);
    List<String> names = directory.names();
    String root = root(names);
    ZipArchive archive = ZipArchive.read(file, directory);
    Map<String, Region> records = new HashMap<>();
    for (String name : names) {
      records.put(name.substring(root.length()), archive.stored(name));
    }
    return new PyTorchArchive(records);
  }

  /** The one folder that holds everything, with its slash; checks that this is a checkpoint. */
  private static String root(List<String> names) {
    String first = names.isEmpty() ? "" : names.get(0);
    String root = first.substring(0, first.indexOf('/') + 1);
    if (names.contains(root + "constants.pkl")) {
      throw new BadInputException(
          "this is a TorchScript program, not a checkpoint",
          "In PyTorch, save its weights: "
              + "torch.save(torch.jit.load(FILE).state_dict(), \"weights.pt\")");
    }
    if (root.isEmpty() || !names.contains(root + "data.pkl")) {
      throw new BadInputException(
          "this zip archive is no PyTorch checkpoint, because it has no FOLDER/data.pkl",
          "Give a file that torch.save wrote");
    }
    Set<String> folded = new HashSet<>();
    for (String name : names) {
      if (!name.startsWith(root)) {
        throw damaged("zip entry %s is outside folder %s".formatted(quote(name), root));
      }
      if (!folded.add(name.toLowerCase(Locale.ROOT))) {
        throw damaged(
            "zip entry name %s occurs twice, as PyTorch ignores case".formatted(quote(name)));
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
