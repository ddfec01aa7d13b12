package dev.hesse.models.serving;

import com.google.protobuf.ByteString;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Attributes that operations gained over the years. A TensorFlow from before refuses a graph that
 * mentions one; one that knows it fills in its default. So where it has its default it is left out.
 */
final class DefaultAttributes {
  private static final AttrValue FALSE = AttrValue.newBuilder().setB(false).build();
  private static final Map<String, AttrValue> DEFAULTS =
      Map.of(
          "grad_a", FALSE,
          "grad_b", FALSE,
          "validate_shape", FALSE,
          "debug_name", AttrValue.newBuilder().setS(ByteString.EMPTY).build(),
          "allowed_devices",
              AttrValue.newBuilder().setList(AttrValue.ListValue.getDefaultInstance()).build());

  private DefaultAttributes() {}

  static GraphDef strip(GraphDef graph) {
    GraphDef.Builder stripped = graph.toBuilder();
    for (NodeDef.Builder node : stripped.getNodeBuilderList()) {
      DEFAULTS.forEach(
          (name, value) -> {
            if (value.equals(node.getAttrMap().get(name))) {
              node.removeAttr(name);
            }
          });
    }
    return stripped.build();
  }
}
