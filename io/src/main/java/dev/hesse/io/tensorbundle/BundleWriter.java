package dev.hesse.io.tensorbundle;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Writes a bundle with TensorFlow's {@code SaveV2}. */
final class BundleWriter {
  private static final ConfigProto CPU_ONLY =
      ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();

  private BundleWriter() {}

  static void write(Path prefix, Map<String, StoredTensor> tensors) throws IOException {
    if (tensors.isEmpty()) {
      throw new BadInputException(
          "there are no tensors, and a TensorFlow checkpoint holds at least one",
          "Choose another format, such as safetensors");
    }
    if (tensors.containsKey("")) {
      throw new BadInputException(
          "a tensor has no name, which a TensorFlow checkpoint cannot hold",
          "Name it, or choose another format, such as safetensors");
    }
    Path folder = temporaryFolder(prefix);
    try {
      Path part = folder.resolve(prefix.getFileName());
      save(part, tensors);
      // No index ever refers to another bundle's data.
      Files.deleteIfExists(BundleNames.index(prefix));
      move(BundleNames.shard(part, 0, 1), BundleNames.shard(prefix, 0, 1));
      move(BundleNames.index(part), BundleNames.index(prefix));
      for (Path stale : BundleNames.otherShards(prefix)) {
        Files.deleteIfExists(stale);
      }
    } finally {
      delete(folder);
    }
  }

  private static Path temporaryFolder(Path prefix) throws IOException {
    String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return Files.createDirectory(
        prefix
            .toAbsolutePath()
            .resolveSibling("." + prefix.getFileName() + "." + suffix + ".part"));
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static void save(Path prefix, Map<String, StoredTensor> tensors) throws IOException {
    List<Tensor> fed = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<?>> saved = new ArrayList<>();
      List<Output<?>> placeholders = new ArrayList<>();
      for (StoredTensor tensor : tensors.values()) {
        Class<? extends TType> carrier = carrier(tensor.dtype());
        Output<?> placeholder = tf.placeholder(carrier).asOutput();
        placeholders.add(placeholder);
        fed.add(Tensor.of(carrier, Shape.of(tensor.shape()), DataBuffers.of(tensor.data())));
        saved.add(
            tensor.dtype() == DType.BOOL ? placeholder : bitcast(tf, placeholder, tensor.dtype()));
      }
      List<String> names = List.copyOf(tensors.keySet());
      List<String> whole = Collections.nCopies(names.size(), "");
      var save =
          tf.train.save(
              tf.constant(prefix.toString()), strings(tf, names), strings(tf, whole), saved);
      try (Session session = new Session(graph, CPU_ONLY)) {
        Session.Runner runner = session.runner().addTarget(save);
        for (int i = 0; i < fed.size(); i++) {
          runner.feed(placeholders.get(i), fed.get(i));
        }
        runner.run().close();
      }
    } catch (TensorFlowException e) {
      throw new IOException("TensorFlow could not save: " + firstLine(e), e);
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /** TensorFlow Java has no class for some element types, so bits travel as one of equal width. */
  private static Class<? extends TType> carrier(DType dtype) {
    if (dtype == DType.BOOL) {
      return TBool.class;
    }
    return switch (dtype.bytes()) {
      case 1 -> TUint8.class;
      case 2 -> TUint16.class;
      case 4 -> TInt32.class;
      default -> TInt64.class;
    };
  }

  private static Output<?> bitcast(Ops tf, Output<?> bits, DType dtype) {
    return tf.scope()
        .opBuilder("Bitcast", "Bitcast")
        .addInput(bits)
        .setAttr("type", BundleEntry.dataType(dtype))
        .build()
        .output(0);
  }

  private static Operand<TString> strings(Ops tf, List<String> values) {
    try (TString tensor = TString.vectorOf(values.toArray(String[]::new))) {
      return tf.constantOf(tensor);
    }
  }

  private static String firstLine(TensorFlowException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no details");
  }
}
