package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.MathOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Losses that TensorFlow computes in one operation. */
final class LossRules {
  private LossRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("SparseSoftmaxCrossEntropyWithLogits", new SoftmaxCrossEntropy(true));
    rules.put("SoftmaxCrossEntropyWithLogits", new SoftmaxCrossEntropy(false));
  }

  /**
   * ℓ = −Σ t ⊙ log softmax(z) per row, with targets t that are given or one-hot. The slope ∂ℓ/∂z =
   * s·Σt − t, for s = softmax(z), is written in operations that have tangents. The operation's own
   * second output is s − t, which is the slope only for targets that sum to one.
   *
   * @param sparse whether the targets are class numbers
   */
  private record SoftmaxCrossEntropy(boolean sparse) implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Ops tf = node.tf();
      Operand<TNumber> s = tf.nn.softmax(node.input(0));
      List<Operand<TNumber>> logits = new ArrayList<>();
      List<Operand<TNumber>> targets = new ArrayList<>();
      Operand<TNumber> loss = outputs.get(0);
      if (loss != null) {
        Operand<TNumber> column = tf.reshape(loss, tf.constant(new int[] {-1, 1}));
        logits.add(tf.math.mul(slope(node, s), column));
        targets.add(tf.math.neg(tf.math.mul(tf.nn.logSoftmax(node.input(0)), column)));
      }
      Operand<TNumber> difference = outputs.get(1);
      if (difference != null) {
        logits.add(ActivationRules.softmaxJacobian(tf, s, difference));
        targets.add(tf.math.neg(difference));
      }
      return Arrays.asList(total(node, 0, logits), sparse ? null : total(node, 1, targets));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Ops tf = node.tf();
      MathOps math = tf.math;
      List<Operand<TNumber>> losses = new ArrayList<>();
      List<Operand<TNumber>> differences = new ArrayList<>();
      Operand<TNumber> z = inputs.get(0);
      if (z != null) {
        Operand<TNumber> s = tf.nn.softmax(node.input(0));
        losses.add(tf.sum(math.mul(slope(node, s), z), tf.constant(1)));
        differences.add(full(node, ActivationRules.softmaxJacobian(tf, s, z)));
      }
      Operand<TNumber> t = sparse ? null : inputs.get(1);
      if (t != null) {
        Operand<TNumber> logarithms = tf.nn.logSoftmax(node.input(0));
        losses.add(math.neg(tf.sum(math.mul(logarithms, t), tf.constant(1))));
        differences.add(full(node, math.neg(t)));
      }
      return Arrays.asList(Sums.of(tf, losses), Sums.of(tf, differences));
    }

    private Operand<TNumber> slope(Node node, Operand<TNumber> s) {
      Ops tf = node.tf();
      if (sparse) {
        int classes = Math.toIntExact(node.inputShape(0).get(1));
        return tf.math.sub(
            s, tf.oneHot(node.input(1), tf.constant(classes), node.scalar(1), node.scalar(0)));
      }
      Operand<TNumber> t = node.input(1);
      return tf.math.sub(tf.math.mul(s, ActivationRules.rowSums(tf, t)), t);
    }

    private static @Nullable Operand<TNumber> total(
        Node node, int input, List<Operand<TNumber>> terms) {
      Operand<TNumber> sum = Sums.of(node.tf(), terms);
      return sum == null ? null : Sums.toShape(node.tf(), sum, node.inputShape(input));
    }

    private static Operand<TNumber> full(Node node, Operand<TNumber> rows) {
      return Sums.broadcast(node.tf(), rows, node.outputShape(1));
    }
  }
}
