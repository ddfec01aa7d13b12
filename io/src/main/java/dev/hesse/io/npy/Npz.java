package dev.hesse.io.npy;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.zip.ZipArchive;
import dev.hesse.io.zip.ZipDirectory;
import dev.hesse.io.zip.ZipWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Reads and writes NumPy's npz files: zip archives of npy files, of which {@code NAME.npy} is the
 * array {@code NAME}. Reads what {@code numpy.savez} and {@code numpy.savez_compressed} write;
 * writes without compression.
 */
public final class Npz {
  /** What the names of all entries end with. */
  public static final String EXTENSION = ".npy";

  private Npz() {}

  /**
   * The arrays by name in the archive's order. Stored ones in C order share the file's memory;
   * compressed ones take at most 16 times the file's size and 64 MiB.
   *
   * @throws BadInputException if the archive is damaged or holds anything but numeric and boolean
   *     arrays
   */
  public static Weights read(FileBytes file) throws IOException {
    Map<String, StoredTensor> arrays = new LinkedHashMap<>();
    read(file, (name, content) -> arrays.put(name, Npy.read(content)));
    return new Weights(arrays, Map.of());
  }

  /** As {@link #read(FileBytes)}, also of text, as {@link Npy#readArray} reads it. */
  public static Map<String, DataArray> readArrays(Path path) throws IOException {
    Map<String, DataArray> arrays = new LinkedHashMap<>();
    try (FileBytes file = FileBytes.open(path)) {
      read(file, (name, content) -> arrays.put(name, Npy.readArray(content)));
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
    return arrays;
  }

  private static void read(FileBytes file, BiConsumer<String, ByteBuffer> array)
      throws IOException {
    ZipDirectory directory = ZipDirectory.read(file);
    for (String entry : directory.names()) {
      if (!entry.endsWith(EXTENSION)) {
        throw new BadInputException(
            "zip entry %s is no array, as its name does not end in .npy".formatted(quote(entry)),
            "Write the arrays alone with numpy.savez");
      }
    }
    ZipArchive archive = ZipArchive.read(file, directory);
    for (String entry : directory.names()) {
      String name = entry.substring(0, entry.length() - EXTENSION.length());
      try {
        array.accept(name, archive.content(entry));
      } catch (BadInputException e) {
        throw e.in("tensor " + quote(name));
      }
    }
  }

  /**
   * Writes a file, whole or not at all, in the map's order. The same tensors give the same bytes.
   *
   * @throws BadInputException if a tensor is bfloat16, which NumPy does not have, or its name
   *     cannot be that of a file in a zip archive
   */
  public static void write(Path path, Map<String, StoredTensor> tensors) throws IOException {
    for (Map.Entry<String, StoredTensor> item : tensors.entrySet()) {
      if (!Npy.has(item.getValue().dtype())) {
        throw new BadInputException(
            "tensor %s is %s, which NumPy does not have"
                .formatted(quote(item.getKey()), item.getValue().dtype().label()),
            "Choose a format that has it, such as safetensors, or convert the tensor to float32"
                + " where it was made");
      }
      if (!ZipWriter.isName(item.getKey() + EXTENSION)) {
        throw new BadInputException(
            "tensor name %s cannot name a file in an npz archive".formatted(quote(item.getKey())),
            "Choose another format, such as safetensors, or rename the tensor");
      }
    }
    AtomicFile.write(
        path,
        out -> {
          ZipWriter zip = new ZipWriter(out);
          for (Map.Entry<String, StoredTensor> item : tensors.entrySet()) {
            StoredTensor tensor = item.getValue();
            zip.add(item.getKey() + EXTENSION, Npy.header(tensor), tensor.data());
          }
          zip.finish();
        });
  }
}
