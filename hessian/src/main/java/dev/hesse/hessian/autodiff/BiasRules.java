package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Biases of channels. */
final class BiasRules {
  private BiasRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put("BiasAdd", new BiasAdd());
    rules.put("BiasAddV1", new BiasAdd());
    rules.put("BiasAddGrad", LinearRule.of((node, g) -> alongChannels(node, g)));
  }

  /** The bias in the shape of the first input. */
  private static Operand<TNumber> alongChannels(Node node, Operand<TNumber> b) {
    Ops tf = node.tf();
    Shape shape = node.inputShape(0);
    long[] aligned = new long[shape.numDimensions()];
    Arrays.fill(aligned, 1);
    int channels = node.text("data_format").equals("NCHW") ? 1 : aligned.length - 1;
    aligned[channels] = shape.get(channels);
    return Sums.broadcast(tf, tf.reshape(b, tf.constant(aligned)), shape);
  }

  /** y = x + b, with b along the channels. */
  private static final class BiasAdd implements DerivativeRule {
    @Override
    public List<@Nullable Operand<TNumber>> gradient(
        Node node, List<@Nullable Operand<TNumber>> outputs) {
      Operand<TNumber> g = outputs.get(0);
      return g == null
          ? Arrays.asList(null, null)
          : List.of(g, node.apply("BiasAddGrad", List.of(g)));
    }

    @Override
    public List<@Nullable Operand<TNumber>> tangent(
        Node node, List<@Nullable Operand<TNumber>> inputs) {
      Operand<TNumber> x = inputs.get(0);
      Operand<TNumber> b = inputs.get(1);
      if (b == null) {
        return Collections.singletonList(x);
      }
      return List.of(x == null ? alongChannels(node, b) : node.reapply(List.of(x, b)));
    }
  }
}
