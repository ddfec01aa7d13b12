package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TNumber;

/** Resizing of images, all of it linear, and local response normalization. */
final class ImageRules {
  private ImageRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    registerInterpolation(rules, "ResizeBilinear");
    registerInterpolation(rules, "ResizeBicubic");
    rules.put(
        "ResizeNearestNeighbor",
        LinearRule.of(
            (node, g) ->
                node.apply(
                    "ResizeNearestNeighborGrad", List.of(g, size(node, node.inputShape(0))))));
    rules.put(
        "ResizeNearestNeighborGrad",
        LinearRule.of(
            (node, g) ->
                node.apply("ResizeNearestNeighbor", List.of(g, size(node, node.inputShape(0))))));
    rules.put("LRN", new LocalResponseNormalization());
  }

  /**
   * The kernel of the gradient looks at the original image's shape and type only. Results are of
   * single precision whatever the images are, and so is that kernel.
   */
  private static void registerInterpolation(Map<String, DerivativeRule> rules, String type) {
    AttrValue single = AttrValue.newBuilder().setType(DataType.DT_FLOAT).build();
    rules.put(
        type,
        LinearRule.of(
            (node, g) -> {
              Operand<TNumber> original =
                  Sums.broadcast(node.tf(), node.scalar(0), node.inputShape(0));
              Operand<TNumber> gradient =
                  node.apply(type + "Grad", List.of(g, original), Map.of("T", single));
              return node.tf().dtypes.cast(gradient, node.inputType(0));
            }));
    rules.put(
        type + "Grad",
        new MultilinearRule(
            (node, g) -> List.of(node.apply(type, List.of(g, size(node, node.inputShape(0))))), 0));
  }

  private static Operand<?> size(Node node, Shape images) {
    return node.tf()
        .constant(new int[] {Math.toIntExact(images.get(1)), Math.toIntExact(images.get(2))});
  }
}
