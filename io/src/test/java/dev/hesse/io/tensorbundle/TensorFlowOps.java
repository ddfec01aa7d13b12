package dev.hesse.io.tensorbundle;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TString;

/** TensorFlow's own operations on checkpoints. */
final class TensorFlowOps {
  private TensorFlowOps() {}

  /** What {@code RestoreV2} reads, for the names, types and shapes of {@code like}. */
  static Map<String, StoredTensor> restore(Path prefix, Map<String, StoredTensor> like) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<StoredTensor> tensors = List.copyOf(like.values());
      DataType[] types =
          tensors.stream().map(t -> BundleEntry.dataType(t.dtype())).toArray(DataType[]::new);
      Operation restore =
          tf.scope()
              .opBuilder("RestoreV2", "restore")
              .addInput(tf.constant(prefix.toString()).asOutput())
              .addInput(strings(tf, List.copyOf(like.keySet())).asOutput())
              .addInput(strings(tf, Collections.nCopies(types.length, "")).asOutput())
              .setAttr("dtypes", types)
              .build();
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner();
        for (int i = 0; i < types.length; i++) {
          runner.fetch(bits(tf, restore, i, tensors.get(i).dtype()));
        }
        try (Result result = runner.run()) {
          Map<String, StoredTensor> restored = new LinkedHashMap<>();
          int i = 0;
          for (String name : like.keySet()) {
            DType dtype = tensors.get(i).dtype();
            ByteDataBuffer data = result.get(i).asRawTensor().data();
            byte[] bytes = new byte[(int) data.size()];
            data.read(bytes);
            long[] shape = result.get(i++).shape().asArray();
            restored.put(name, new StoredTensor(dtype, shape, ByteBuffer.wrap(bytes)));
          }
          return restored;
        }
      }
    }
  }

  private static Operand<?> bits(Ops tf, Operation restore, int index, DType dtype) {
    if (dtype == DType.BOOL) {
      return restore.output(index);
    }
    DataType carrier =
        switch (dtype.bytes()) {
          case 1 -> DataType.DT_UINT8;
          case 2 -> DataType.DT_UINT16;
          case 4 -> DataType.DT_INT32;
          default -> DataType.DT_INT64;
        };
    return tf.scope()
        .opBuilder("Bitcast", tf.scope().makeOpName("bits"))
        .addInput(restore.output(index))
        .setAttr("type", carrier)
        .build()
        .output(0);
  }

  /** Makes one bundle of several, a shard from each, and deletes them. */
  static void merge(List<Path> prefixes, Path merged) {
    List<String> names = prefixes.stream().map(Path::toString).toList();
    run(tf -> tf.train.mergeV2Checkpoints(strings(tf, names), tf.constant(merged.toString())).op());
  }

  interface Step {
    Operation of(Ops tf);
  }

  static void run(Step step) {
    try (Graph graph = new Graph()) {
      Operation operation = step.of(Ops.create(graph));
      try (Session session = new Session(graph)) {
        session.runner().addTarget(operation).run().close();
      }
    }
  }

  static Operand<TString> strings(Ops tf, List<String> values) {
    try (TString tensor = TString.vectorOf(values.toArray(String[]::new))) {
      return tf.constantOf(tensor);
    }
  }
}
