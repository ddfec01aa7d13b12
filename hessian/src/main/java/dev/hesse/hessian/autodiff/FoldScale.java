package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Rewrites (x ∗ w) ⊙ s, a convolution whose output channels are scaled as inference batch norm does
 * it, into x ∗ (w ⊙ s). Both are the same function of x, w and s, so every derivative is the same;
 * the second touches the kernel instead of every activation, in each of the walks that follow.
 */
public final class FoldScale {
  private FoldScale() {}

  /**
   * The graph with every foldable scale folded. A convolution that was followed by a scale now has
   * the scaled value; all other nodes keep theirs.
   *
   * @param fetched names of nodes whose value is read from outside and must not change
   */
  public static GraphDef apply(GraphDef definition, Set<String> fetched) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      Map<String, NodeDef> replaced = new HashMap<>();
      GraphDef.Builder folded = GraphDef.newBuilder(definition).clearNode();
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
        GraphOperation product = all.next();
        if (!product.type().equals("Mul")) {
          continue;
        }
        for (int side = 0; side < 2; side++) {
          GraphOperation convolution = (GraphOperation) product.input(side).op();
          Operand<?> scale = product.input(1 - side);
          if (isScaledConvolution(convolution, scale)
              && !fetched.contains(convolution.name())
              && !replaced.containsKey(product.name())) {
            String kernel = convolution.name() + "/scaled_kernel";
            AttrValue type = node(definition, product.name()).getAttrOrThrow("T");
            folded.addNode(
                NodeDef.newBuilder()
                    .setName(kernel)
                    .setOp("Mul")
                    .addInput(name(convolution.input(1)))
                    .addInput(name(scale))
                    .putAttr("T", type));
            replaced.put(
                convolution.name(),
                node(definition, convolution.name()).toBuilder().setInput(1, kernel).build());
            replaced.put(
                product.name(),
                NodeDef.newBuilder()
                    .setName(product.name())
                    .setOp("Identity")
                    .addInput(convolution.name())
                    .putAttr("T", type)
                    .build());
          }
        }
      }
      for (NodeDef node : definition.getNodeList()) {
        folded.addNode(replaced.getOrDefault(node.getName(), node));
      }
      return folded.build();
    }
  }

  private static boolean isScaledConvolution(GraphOperation convolution, Operand<?> scale) {
    if (!convolution.type().equals("Conv2D")
        || !convolution.attributes().getAttrString("data_format").equals("NHWC")
        || convolution.numConsumers(0) != 1
        || convolution.input(1).op().type().equals("Const")) {
      return false;
    }
    Shape kernel = convolution.input(1).shape();
    return kernel.numDimensions() == 4
        && scale.shape().equals(Shape.of(kernel.get(3)))
        && !dependsOn((GraphOperation) scale.op(), convolution);
  }

  /** Whether the scale is computed from the convolution itself, as training batch norm does. */
  private static boolean dependsOn(GraphOperation operation, GraphOperation ancestor) {
    Set<GraphOperation> seen = new HashSet<>(Set.of(operation));
    List<GraphOperation> open = new ArrayList<>(seen);
    while (!open.isEmpty()) {
      GraphOperation next = open.remove(open.size() - 1);
      if (next.equals(ancestor)) {
        return true;
      }
      for (Operand<?> input : next.inputs()) {
        GraphOperation source = (GraphOperation) input.op();
        if (seen.add(source)) {
          open.add(source);
        }
      }
    }
    return false;
  }

  private static NodeDef node(GraphDef definition, String name) {
    return definition.getNodeList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String name(Operand<?> operand) {
    int index = operand.asOutput().index();
    return index == 0 ? operand.op().name() : operand.op().name() + ":" + index;
  }
}
