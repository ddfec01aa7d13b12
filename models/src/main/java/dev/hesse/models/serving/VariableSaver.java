package dev.hesse.models.serving;

import dev.hesse.io.StoredTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Restore;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The operations by which loaders of a SavedModel restore its variables from a checkpoint, and save
 * them to one.
 */
public final class VariableSaver {
  /** The operation that restores all variables. */
  public static final String RESTORE = "save.restore";

  private VariableSaver() {}

  /**
   * Adds them.
   *
   * @param graph which has each variable as a resource of its name, read by {@code NAME.read}
   * @param variables by name, of which types count
   */
  public static SaverDef addTo(Graph graph, Map<String, StoredTensor> variables) {
    Ops tf = Ops.create(graph);
    Operand<TString> prefix =
        tf.withName("save.prefix").placeholderWithDefault(tf.constant("model"), Shape.scalar());
    Operand<TString> names = constant(tf, List.copyOf(variables.keySet()));
    Operand<TString> whole = constant(tf, Collections.nCopies(variables.size(), ""));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    variables.forEach(
        (name, tensor) -> {
          values.add(graph.outputOrThrow(name + ".read"));
          types.add(ElementTypes.of(tensor.dtype()));
        });
    Op save = tf.train.save(prefix, names, whole, values);
    tf.withControlDependencies(List.of(save)).withName("save.done").identity(prefix);

    Restore restore = tf.train.restore(prefix, names, whole, types);
    List<Op> assigned = new ArrayList<>();
    for (String name : variables.keySet()) {
      assigned.add(
          tf.assignVariableOp(graph.outputOrThrow(name), restore.tensors().get(assigned.size())));
    }
    tf.withControlDependencies(assigned).withName(RESTORE).noOp();
    return SaverDef.newBuilder()
        .setFilenameTensorName("save.prefix:0")
        .setSaveTensorName("save.done:0")
        .setRestoreOpName(RESTORE)
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }

  private static Operand<TString> constant(Ops tf, List<String> values) {
    try (TString tensor = TString.vectorOf(values.toArray(String[]::new))) {
      return tf.constantOf(tensor);
    }
  }
}
