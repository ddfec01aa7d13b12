package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.nn.FusedBatchNormGrad;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Batch norm as one operation. */
final class BatchNormRules {
  private static final int Y = 0;
  private static final int RESERVE_1 = 3;
  private static final int RESERVE_2 = 4;
  private static final int RESERVE_3 = 5;

  private BatchNormRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("FusedBatchNormV3", new FusedBatchNorm());
  }

  /** Over batch statistics it has a gradient, for training, by TensorFlow's own operation. */
  private static final class FusedBatchNorm implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      if (!node.flag("is_training")) {
        throw new UnsupportedGraphException(
            "%s with running statistics has no derivative rule".formatted(node),
            "Write it as a multiplication and an addition");
      }
      Operand<TNumber> g = outputs.get(Y);
      if (g == null) {
        return Arrays.asList(null, null, null, null, null);
      }
      @SuppressWarnings("unchecked") // the operation's scale is float32 whatever x is
      Operand<TFloat32> scale = (Operand<TFloat32>) (Operand<?>) node.input(1);
      FusedBatchNormGrad<TNumber, TNumber> gradients =
          node.tf()
              .nn
              .fusedBatchNormGrad(
                  g,
                  node.input(0),
                  scale,
                  node.output(RESERVE_1),
                  node.output(RESERVE_2),
                  node.output(RESERVE_3),
                  FusedBatchNormGrad.epsilon(node.attribute("epsilon").getF()),
                  FusedBatchNormGrad.dataFormat(
                      node.attribute("data_format").getS().toStringUtf8()),
                  FusedBatchNormGrad.isTraining(true));
      return Arrays.asList(
          gradients.xBackprop(), gradients.scaleBackprop(), gradients.offsetBackprop(), null, null);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      throw new UnsupportedGraphException(
          "%s has no derivative along a vector".formatted(node),
          "Give the model in evaluation mode, where batch norm uses running statistics");
    }
  }
}
