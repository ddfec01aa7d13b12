package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Puts what a checkpoint holds into a graph: the shapes of variables, and what cannot be trained.
 */
final class VariableValues {
  private static final String READ = ".read";

  private VariableValues() {}

  /**
   * Gives every variable its value's shape, and makes those that are not floating constants.
   *
   * @param values by the variable's node
   */
  static FlatGraph write(FlatGraph graph, Map<String, StoredTensor> values) {
    Map<String, NodeDef> nodes = new LinkedHashMap<>(graph.nodes());
    values.forEach(
        (name, value) -> {
          NodeDef handle = graph.node(new TensorName(name, 0));
          AttrValue type = handle.getAttrOrThrow("dtype");
          if (PrecisionConversion.isFloating(type.getType())) {
            nodes.put(name, handle.toBuilder().putAttr("shape", shape(value)).build());
          } else {
            StoredTensor stored =
                value.as(
                    Constant.type(type.getType())
                        .orElseThrow(
                            () ->
                                new BadInputException(
                                    "variable %s holds %s"
                                        .formatted(BadInputException.quote(name), type.getType()),
                                    "Name an output that does not need it")));
            nodes.put(name + READ, Constant.node(name + READ, type.getType(), stored));
            nodes.remove(name);
          }
        });
    return new FlatGraph(nodes);
  }

  private static AttrValue shape(StoredTensor value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : value.shape()) {
      shape.addDimBuilder().setSize(size);
    }
    return AttrValue.newBuilder().setShape(shape).build();
  }
}
