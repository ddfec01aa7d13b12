package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.pytorch.PyValue.Storage;
import dev.hesse.io.zip.Region;
import dev.hesse.io.zip.ZipWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads and writes the zip format that {@code torch.save} writes since PyTorch 1.6: one folder of
 * any name with {@code version}, optionally {@code byteorder}, the pickle {@code data.pkl}, and the
 * bytes of storage k in {@code data/k}.
 */
public final class PyTorchZip {
  private static final int OLDEST_VERSION = 1;
  private static final int NEWEST_VERSION = 10;
  private static final int WRITTEN_VERSION = 3;
  private static final String ROOT = "archive/";

  private PyTorchZip() {}

  /**
   * The weights of a checkpoint. Nothing in it is run; memory is bounded by the file's size.
   *
   * @throws BadInputException if the file is not such an archive, is damaged, holds objects other
   *     than plain data, or no tensors by name
   */
  public static Weights read(FileBytes file) throws IOException {
    PyTorchArchive archive = PyTorchArchive.read(file);
    checkVersion(file, archive);
    Region pickle = archive.get("data.pkl");
    if (pickle.length() > PyTorchLegacy.MAX_PICKLE) {
      throw damaged("data.pkl of %d bytes".formatted(pickle.length()));
    }
    Storages storages = new Storages();
    ByteBuffer content = file.slice(pickle.offset(), pickle.length());
    Unpickler unpickler = new Unpickler(content, "data.pkl", storages);
    PyValue root = unpickler.load();
    if (unpickler.position() != pickle.length()) {
      throw damaged("data.pkl goes on after its end at byte %d".formatted(unpickler.position()));
    }
    TensorLoader loader =
        new TensorLoader(file, byteOrder(file, archive), locate(storages, archive));
    return StateDict.weights(root, loader);
  }

  /**
   * Writes a state dict, whole or not at all: an OrderedDict in the map's order, each tensor with
   * elements of its own. The same tensors give the same bytes. Every release since 1.6 loads it,
   * also with {@code weights_only=True}; uint16, uint32 and uint64 need 2.3.
   */
  public static void write(Path path, Map<String, StoredTensor> tensors) throws IOException {
    AtomicFile.write(
        path,
        out -> {
          ZipWriter zip = new ZipWriter(out);
          zip.add(ROOT + "data.pkl", ByteBuffer.wrap(StateDictPickle.of(tensors)));
          zip.add(ROOT + "byteorder", text("little"));
          int key = 0;
          for (StoredTensor tensor : tensors.values()) {
            zip.add(ROOT + "data/" + key++, tensor.data());
          }
          zip.add(ROOT + "version", text(WRITTEN_VERSION + "\n"));
          zip.finish();
        });
  }

  private static ByteBuffer text(String value) {
    return ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII));
  }

  private static Map<String, Region> locate(Storages storages, PyTorchArchive archive) {
    Map<String, Region> regions = new HashMap<>();
    for (Storage storage : storages.all().values()) {
      Region region = archive.get("data/" + storage.key());
      int bytes = storage.element().bytes();
      if (region.length() / bytes != storage.elements()) {
        throw damaged(
            "storage %s should be %d elements of %s but has %d bytes"
                .formatted(
                    quote(storage.key()),
                    storage.elements(),
                    storage.element().label(),
                    region.length()));
      }
      regions.put(storage.key(), region);
    }
    return regions;
  }

  private static void checkVersion(FileBytes file, PyTorchArchive archive) throws IOException {
    String record = archive.contains("version") ? "version" : ".data/version";
    String version = text(file, archive.get(record)).strip();
    if (!version.matches("[0-9]{1,2}")
        || Integer.parseInt(version) < OLDEST_VERSION
        || Integer.parseInt(version) > NEWEST_VERSION) {
      throw new BadInputException(
          "format version %s, where %d to %d are known"
              .formatted(quote(version), OLDEST_VERSION, NEWEST_VERSION),
          "Save the file again with a PyTorch release that this program knows");
    }
  }

  private static ByteOrder byteOrder(FileBytes file, PyTorchArchive archive) throws IOException {
    if (!archive.contains("byteorder")) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    String name = text(file, archive.get("byteorder"));
    return switch (name) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw damaged("byte order %s".formatted(quote(name)));
    };
  }

  private static String text(FileBytes file, Region region) throws IOException {
    long length = Math.min(region.length(), 16);
    return StandardCharsets.ISO_8859_1.decode(file.slice(region.offset(), length)).toString();
  }
}
