package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.FileBytes;
import dev.hesse.io.MaskedCrc;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.tensorbundle.BundleEntry.Span;
import dev.hesse.io.tensorbundle.BundleIndex.Located;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TensorFlow checkpoint of version 2: {@code PREFIX.index} says which tensor lies where in {@code
 * PREFIX.data-00000-of-00001} and further shards. Files of up to 64 MiB are read into memory,
 * larger ones are mapped and must not be changed while their tensors are in use.
 */
public final class TensorBundle implements AutoCloseable {
  private final BundleIndex index;

  /** The index, then the shards. */
  private final List<FileBytes> files;

  private TensorBundle(BundleIndex index, List<FileBytes> files) {
    this.index = index;
    this.files = files;
  }

  /**
   * Whether a file ends as an index does. The single file of a TensorFlow checkpoint of version 1
   * ends so, too.
   */
  public static boolean isTable(FileBytes file) throws IOException {
    return LevelDbTable.is(file);
  }

  /**
   * Reads and checks the index, and opens the shards.
   *
   * @param prefix the path that the names of all files begin with
   * @throws BadInputException if a file is missing, the index is malformed or contradicts itself,
   *     or a tensor lies beyond the end of its shard
   */
  public static TensorBundle open(Path prefix) throws IOException {
    List<FileBytes> files = new ArrayList<>();
    try {
      BundleIndex index = openIndex(BundleNames.index(prefix), files);
      for (int i = 0; i < index.shards(); i++) {
        files.add(openShard(BundleNames.shard(prefix, i, index.shards())));
      }
      TensorBundle bundle = new TensorBundle(index, files);
      bundle.checkBounds();
      return bundle;
    } catch (Throwable e) {
      close(files);
      throw e;
    }
  }

  private static BundleIndex openIndex(Path path, List<FileBytes> files) throws IOException {
    try {
      FileBytes file = FileBytes.open(path);
      files.add(file);
      return BundleIndex.parse(file);
    } catch (BadInputException e) {
      throw e.in(String.valueOf(path.getFileName()));
    }
  }

  private static FileBytes openShard(Path path) throws IOException {
    try {
      // A bundle whose tensors have no elements has a shard without bytes.
      boolean empty = Files.isRegularFile(path) && Files.size(path) == 0;
      return empty ? FileBytes.of(new byte[0]) : FileBytes.open(path);
    } catch (BadInputException e) {
      throw e.in(String.valueOf(path.getFileName()));
    }
  }

  private FileBytes shard(Span span) {
    return files.get(1 + span.shard());
  }

  private void checkBounds() {
    for (Located item : index.inOrder()) {
      Span span = item.span();
      long size = shard(span).size();
      if (span.end() > size) {
        throw damaged(
            "tensor %s ends at %d of shard %d, which has %d bytes"
                .formatted(quote(item.name()), span.end(), span.shard(), size));
      }
    }
  }

  /**
   * The tensors of a bundle, as {@link #open} and {@link #weights} give them.
   *
   * @param prefix the path that the names of all files begin with
   */
  public static Weights read(Path prefix) throws IOException {
    try (TensorBundle bundle = open(prefix)) {
      return bundle.weights();
    }
  }

  /**
   * Writes a bundle of one shard with TensorFlow's {@code SaveV2}, on the CPU, whole or not at all.
   * Interrupted while it replaces a bundle, it leaves none. Elements keep their bits. Takes twice
   * the tensors' memory outside the heap.
   *
   * @param prefix the path that the names of all files begin with, in an existing folder; a bundle
   *     of this prefix is replaced, the folder's {@code checkpoint} file stays as it is
   * @throws BadInputException if there are no tensors, or a name is empty
   */
  public static void write(Path prefix, Map<String, StoredTensor> tensors) throws IOException {
    BundleWriter.write(prefix, tensors);
  }

  /**
   * The tensors in the order of their bytes in the shards, which is the order in which they were
   * saved. Entries that are not numbers, such as Keras' object graph, are omitted. A partitioned
   * tensor is put together of its slices and stands where the first of them does.
   *
   * @throws BadInputException if a tensor does not have its checksum
   */
  public Weights weights() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Located item : index.inOrder()) {
      String name = item.name();
      BundleEntry entry = index.entries().get(name);
      PartitionedTensor partitioned = index.partitioned().get(name);
      boolean isNew = !tensors.containsKey(name);
      if (isNew && entry != null) {
        tensors.put(name, tensor(name, entry));
      } else if (isNew && partitioned != null) {
        tensors.put(name, partitioned.assemble(slice -> tensor(name, slice)));
      }
    }
    return new Weights(tensors, Map.of(), index.notNumbers());
  }

  private StoredTensor tensor(String name, BundleEntry entry) throws IOException {
    Span span = entry.span();
    FileBytes shard = shard(span);
    if (MaskedCrc.of(shard, span.offset(), span.size()) != entry.crc()) {
      throw damaged(
          "tensor %s: its %d bytes at %d of shard %d do not have their checksum"
              .formatted(quote(name), span.size(), span.offset(), span.shard()));
    }
    return entry.layout().read(entry.dtype(), shard.slice(span.offset(), span.size()));
  }

  /** The SHA-256 digest of the index followed by the shards, in lower-case hexadecimal. */
  public String sha256() throws IOException {
    return FileBytes.sha256(files);
  }

  @Override
  public void close() throws IOException {
    close(files);
  }

  private static void close(List<FileBytes> files) throws IOException {
    for (FileBytes file : files) {
      file.close();
    }
  }
}
