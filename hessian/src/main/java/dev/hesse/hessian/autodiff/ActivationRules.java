package dev.hesse.hessian.autodiff;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.family.TNumber;

/** Activation functions and the kernels of their gradients. */
final class ActivationRules {
  private ActivationRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    // A rectifier's slope is piecewise constant, so its gradient kernel is linear in the gradient.
    rules.put("Relu", new UnaryRule((node, d) -> node.tf().nn.reluGrad(d, node.output(0))));
    rules.put(
        "ReluGrad",
        new MultilinearRule((node, g) -> List.of(node.tf().nn.reluGrad(g, node.input(1))), 0));
    rules.put("Softmax", new UnaryRule(ActivationRules::softmaxJacobian));
  }

  /** s ⊙ (d − Σ s ⊙ d), with sums over the last dimension. */
  private static Operand<TNumber> softmaxJacobian(Node node, Operand<TNumber> d) {
    Ops tf = node.tf();
    Operand<TNumber> s = node.output(0);
    Operand<TNumber> mean = tf.sum(tf.math.mul(s, d), tf.constant(-1), Sum.keepDims(true));
    return tf.math.mul(s, tf.math.sub(d, mean));
  }
}
