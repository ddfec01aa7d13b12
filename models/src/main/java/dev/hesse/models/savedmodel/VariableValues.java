package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Puts what a checkpoint holds into a graph: the shapes of variables, and what cannot be trained.
 */
final class VariableValues {
  private VariableValues() {}

  /**
   * Gives every variable its value's shape, and makes those that are not floating constants.
   *
   * @param values by the variable's node
   * @throws BadInputException if one is of another type or shape than its variable
   */
  static FlatGraph write(FlatGraph graph, Map<String, StoredTensor> values) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>(graph.nodes());
    values.forEach(
        (name, value) -> {
          NodeDef handle = graph.node(new TensorName(name, 0));
          DataType type = handle.getAttrOrThrow("dtype").getType();
          try {
            check(handle, type, value);
          } catch (BadInputException e) {
            throw e.in("variable " + BadInputException.quote(name));
          }
          if (PrecisionConversion.isFloating(type)) {
            nodes.put(name, handle.toBuilder().putAttr("shape", shape(value)).build());
          } else {
            nodes.put(
                name + VariableReads.READ, Constant.node(name + VariableReads.READ, type, value));
            nodes.remove(name);
          }
        });
    return new FlatGraph(nodes);
  }

  private static void check(NodeDef handle, DataType type, StoredTensor value) {
    if (Constant.type(type).isEmpty()) {
      throw new BadInputException(
          "it holds " + OutputProbe.name(type), "Name an output that does not need it");
    }
    if (Constant.type(type).get() != value.dtype()) {
      throw BadInputException.damaged(
          "it holds %s, and the checkpoint %s"
              .formatted(OutputProbe.name(type), value.elementType()));
    }
    TensorShapeProto declared =
        handle.getAttrOrDefault("shape", AttrValue.getDefaultInstance()).getShape();
    boolean said = handle.containsAttr("shape") && !declared.getUnknownRank();
    long[] shape = value.shape();
    boolean fits = declared.getDimCount() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      long size = declared.getDim(i).getSize();
      fits = size == -1 || size == shape[i];
    }
    if (said && !fits) {
      throw BadInputException.damaged(
          "it has the shape %s, and %s in the checkpoint"
              .formatted(
                  declared.getDimList().stream().map(d -> d.getSize()).toList(),
                  Arrays.toString(shape)));
    }
  }

  private static AttrValue shape(StoredTensor value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : value.shape()) {
      shape.addDimBuilder().setSize(size);
    }
    return AttrValue.newBuilder().setShape(shape).build();
  }
}
