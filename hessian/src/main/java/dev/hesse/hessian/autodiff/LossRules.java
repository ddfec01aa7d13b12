package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Losses that TensorFlow computes in one operation. */
final class LossRules {
  private LossRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("SparseSoftmaxCrossEntropyWithLogits", new SparseSoftmaxCrossEntropy());
  }

  /**
   * ℓ = −log softmax(z)[label] per row. The gradient is written as (softmax(z) − one-hot) ⊙ ḡ in
   * operations that have tangents, not by the operation's own second output.
   */
  private static final class SparseSoftmaxCrossEntropy implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      if (g == null) {
        return Arrays.asList(null, null);
      }
      Ops tf = node.tf();
      int classes = Math.toIntExact(node.inputShape(0).get(1));
      Operand<TNumber> oneHot =
          tf.oneHot(
              node.input(1),
              tf.constant(classes),
              ArithmeticRules.scalar(node, 1),
              ArithmeticRules.scalar(node, 0));
      Operand<TNumber> difference = tf.math.sub(tf.nn.softmax(node.input(0)), oneHot);
      return Arrays.asList(
          tf.math.mul(difference, tf.reshape(g, tf.constant(new int[] {-1, 1}))), null);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> z = inputs.get(0);
      if (z == null) {
        return Arrays.asList(null, null);
      }
      Ops tf = node.tf();
      return Arrays.asList(tf.sum(tf.math.mul(node.output(1), z), tf.constant(1)), null);
    }
  }
}
