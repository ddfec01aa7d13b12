package dev.hesse.models.savedmodel;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Which nodes are one variable: those of one container and one shared name. Of such, the first in
 * the graph stands for all.
 */
final class SharedVariables {
  /** TensorFlow's shared name of what is shared by nobody. */
  private static final String ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

  private record Identity(String container, String name) {}

  private final Map<String, String> nodes = new HashMap<>();
  private final Map<String, String> named = new HashMap<>();

  SharedVariables(GraphDef graph) {
    Map<Identity, String> first = new HashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      if (VariableReads.declares(node.getOp())) {
        String shared = text(node, "shared_name");
        String name = shared.isEmpty() || shared.equals(ANONYMOUS) ? node.getName() : shared;
        String all =
            first.computeIfAbsent(
                new Identity(text(node, "container"), name), identity -> node.getName());
        nodes.put(node.getName(), all);
        named.putIfAbsent(name, all);
      }
    }
  }

  /** The node that stands for a variable's node. */
  String node(String node) {
    return nodes.getOrDefault(node, node);
  }

  /** The node that stands for the variable that is shared under a name. */
  Optional<String> named(String name) {
    return Optional.ofNullable(named.get(name));
  }

  private static String text(NodeDef node, String attribute) {
    return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getS().toStringUtf8();
  }
}
