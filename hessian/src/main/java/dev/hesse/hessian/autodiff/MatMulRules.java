package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.types.family.TNumber;

/** Matrix products. */
final class MatMulRules {
  private static final Product MATRICES = new Product("MatMul", "transpose_a", "transpose_b");
  private static final Product BATCHES = new Product("BatchMatMulV2", "adj_x", "adj_y");

  private MatMulRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("MatMul", new MultilinearRule(MATRICES::gradient, 0, 1));
    for (String type : List.of("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")) {
      rules.put(type, new MultilinearRule(BATCHES::gradient, 0, 1));
    }
    rules.put("Einsum", new EinsumRule());
  }

  /**
   * y = op(a)·op(b), where op transposes or not. Batches of matrices are broadcast, and their
   * gradients summed over what was.
   *
   * @param type the operation that gradients are written with
   * @param transposeA the attribute for transposing a
   * @param transposeB the attribute for transposing b
   */
  private record Product(String type, String transposeA, String transposeB) {
    List<Operand<TNumber>> gradient(Node node, Operand<TNumber> g) {
      Operand<TNumber> a = node.input(0);
      Operand<TNumber> b = node.input(1);
      boolean aTransposed = node.flag(transposeA);
      boolean bTransposed = node.flag(transposeB);
      Operand<TNumber> first =
          aTransposed
              ? write(node, b, g, bTransposed, true)
              : write(node, g, b, false, !bTransposed);
      Operand<TNumber> second =
          bTransposed
              ? write(node, g, a, true, aTransposed)
              : write(node, a, g, !aTransposed, false);
      return List.of(
          Sums.toShape(node.tf(), first, node.inputShape(0)),
          Sums.toShape(node.tf(), second, node.inputShape(1)));
    }

    private Operand<TNumber> write(
        Node node, Operand<TNumber> a, Operand<TNumber> b, boolean ofA, boolean ofB) {
      return node.apply(
          type, List.of(a, b), Map.of(transposeA, attribute(ofA), transposeB, attribute(ofB)));
    }

    private static AttrValue attribute(boolean value) {
      return AttrValue.newBuilder().setB(value).build();
    }
  }
}
