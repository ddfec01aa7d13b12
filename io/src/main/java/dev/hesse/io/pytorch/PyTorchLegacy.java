package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.Weights;
import dev.hesse.io.pytorch.PyValue.BigInt;
import dev.hesse.io.pytorch.PyValue.Dict;
import dev.hesse.io.pytorch.PyValue.Int;
import dev.hesse.io.pytorch.PyValue.PyList;
import dev.hesse.io.pytorch.PyValue.Storage;
import dev.hesse.io.zip.Region;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the format that {@code torch.save} wrote before PyTorch 1.6: five pickles (a magic number,
 * the protocol version, facts about the machine, the object, the keys of its storages), then for
 * each key an element count of 8 bytes and the elements. Counts and elements are little-endian
 * whatever the machine was: PyTorch converts them when it writes and ignores the machine's byte
 * order when it reads.
 */
public final class PyTorchLegacy {
  /** The longest pickle that is read. */
  static final long MAX_PICKLE = 128 << 20;

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;

  private PyTorchLegacy() {}

  /**
   * The weights of a checkpoint. Nothing in it is run; memory is bounded by the file's size.
   *
   * @throws BadInputException if the file is not in this format, is damaged, holds objects other
   *     than plain data, or no tensors by name
   */
  public static Weights read(FileBytes file) throws IOException {
    Storages storages = new Storages();
    Unpickler unpickler =
        new Unpickler(
            file.slice(0, Math.min(file.size(), MAX_PICKLE)), "the legacy file", storages);
    if (!(unpickler.load() instanceof BigInt magic) || !magic.value().equals(MAGIC)) {
      throw new BadInputException(
          "this is a pickle, but not one that torch.save wrote",
          "In Python, load it where you trust it and save the weights with torch.save");
    }
    if (!(unpickler.load() instanceof Int version) || version.value() != PROTOCOL) {
      throw damaged("the legacy file's protocol version is not %d".formatted(PROTOCOL));
    }
    if (!(unpickler.load() instanceof Dict)) {
      throw damaged("the legacy file does not describe the machine that wrote it");
    }
    PyValue root = unpickler.load();
    if (!(unpickler.load() instanceof PyList keys)) {
      throw damaged("the legacy file does not list its storages");
    }
    Map<String, Region> regions = locate(file, unpickler.position(), keys.items(), storages.all());
    TensorLoader loader = new TensorLoader(file, ByteOrder.LITTLE_ENDIAN, regions);
    return StateDict.weights(root, loader);
  }

  private static Map<String, Region> locate(
      FileBytes file, long start, List<PyValue> keys, Map<String, Storage> storages)
      throws IOException {
    Map<String, Region> regions = new HashMap<>();
    long offset = start;
    for (PyValue value : keys) {
      String key = Storages.key(value);
      Storage storage = storages.get(key);
      if (storage == null || regions.containsKey(key)) {
        throw damaged("storage %s is listed twice or not used".formatted(quote(key)));
      }
      if (file.size() - offset < Long.BYTES) {
        throw damaged(
            "the file ends at byte %d, before storage %s".formatted(file.size(), quote(key)));
      }
      long elements = file.slice(offset, Long.BYTES).getLong();
      offset += Long.BYTES;
      if (elements != storage.elements()) {
        throw damaged(
            "storage %s at byte %d has %d elements, the pickle says %d"
                .formatted(quote(key), offset, elements, storage.elements()));
      }
      Region region = new Region(offset, elements * storage.element().bytes());
      if (region.length() > file.size() - offset) {
        throw damaged(
            "storage %s at byte %d needs %d bytes, but the file ends after %d"
                .formatted(quote(key), offset, region.length(), file.size() - offset));
      }
      regions.put(key, region);
      offset = region.end();
    }
    if (regions.size() != storages.size() || offset != file.size()) {
      throw damaged(
          "%d of %d storages are there, and %d bytes follow them"
              .formatted(regions.size(), storages.size(), file.size() - offset));
    }
    return regions;
  }
}
