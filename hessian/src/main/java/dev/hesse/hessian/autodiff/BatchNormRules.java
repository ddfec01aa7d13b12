package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.nn.FusedBatchNormGrad;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Batch norm as one operation. */
final class BatchNormRules {
  private static final int RESERVE_1 = 3;
  private static final int RESERVE_2 = 4;
  private static final int RESERVE_3 = 5;

  private BatchNormRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    for (String type : List.of("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")) {
      rules.put(type, new FusedBatchNorm());
    }
  }

  /**
   * With running statistics it has both derivatives, see {@link InferenceBatchNorm}, and over those
   * of a batch of one, see {@link InstanceNorm}. Over the statistics of several examples it has a
   * gradient, for training, by TensorFlow's own operation.
   */
  private static final class FusedBatchNorm implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      if (g == null || outputs.stream().skip(1).anyMatch(statistic -> statistic != null)) {
        throw new UnsupportedGraphException(
            "the loss depends on the statistics of %s, which have no derivative rule"
                .formatted(node),
            "Compute them with Mean instead");
      }
      if (!node.flag("is_training")) {
        return new InferenceBatchNorm(node).gradient(g);
      }
      if (InstanceNorm.applies(node)) {
        return new InstanceNorm(node).gradient(g);
      }
      if (!node.type().equals("FusedBatchNormV3")) {
        throw evaluationModeOnly(node);
      }
      @SuppressWarnings("unchecked") // the operation's scale is float32 whatever x is
      Operand<TFloat32> scale = (Operand<TFloat32>) (Operand<?>) node.input(BatchNormNode.SCALE);
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
                  FusedBatchNormGrad.dataFormat(node.text("data_format")),
                  FusedBatchNormGrad.isTraining(true));
      return Arrays.asList(
          gradients.xBackprop(), gradients.scaleBackprop(), gradients.offsetBackprop(), null, null);
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      List<@Nullable Operand<TNumber>> outputs =
          new ArrayList<>(Collections.nCopies(node.outputs(), null));
      if (!node.flag("is_training")) {
        outputs.set(0, new InferenceBatchNorm(node).tangent(inputs));
      } else if (InstanceNorm.applies(node)) {
        outputs.set(0, new InstanceNorm(node).tangent(inputs));
      } else {
        throw evaluationModeOnly(node);
      }
      return outputs;
    }

    private static UnsupportedGraphException evaluationModeOnly(Node node) {
      return new UnsupportedGraphException(
          "%s has no derivative along a vector".formatted(node),
          "Give the model in evaluation mode, where batch norm uses running statistics");
    }
  }
}
