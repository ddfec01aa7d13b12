package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Convolutions, matrix products and biases. The convolution and the kernels of its two gradients
 * are one trilinear form ⟨y, x ∗ w⟩ read three ways, so that each one's derivatives are the other
 * two, with the same strides, paddings and dilations.
 */
final class ConvolutionRules {
  private ConvolutionRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put(
        "Conv2D",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    inputGradient(node, node.inputShape(0), node.input(1), g),
                    filterGradient(node, node.input(0), node.inputShape(1), g)),
            0,
            1));
    rules.put(
        "Conv2DBackpropInput",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    filterGradient(node, g, node.inputShape(1), node.input(2)),
                    node.apply("Conv2D", List.of(g, node.input(1)))),
            1,
            2));
    rules.put(
        "Conv2DBackpropFilter",
        new MultilinearRule(
            (node, g) ->
                List.of(
                    inputGradient(node, node.inputShape(0), g, node.input(2)),
                    node.apply("Conv2D", List.of(node.input(0), g))),
            0,
            2));
    rules.put("MatMul", new MultilinearRule(ConvolutionRules::matMulGradient, 0, 1));
    rules.put("BiasAdd", new BiasAdd());
    rules.put(
        "BiasAddGrad",
        new MultilinearRule(
            (node, g) ->
                List.of(node.apply("BiasAdd", List.of(zeros(node, node.inputShape(0)), g))),
            0));
  }

  /**
   * With explicit paddings this is the gradient over the padded input, cropped: TensorFlow has fast
   * kernels for both gradients of a convolution on the CPU only without them.
   */
  private static Operand<TNumber> inputGradient(
      Node node, Shape input, Operand<TNumber> filter, Operand<TNumber> g) {
    long[][] margins = margins(node);
    if (margins.length == 0) {
      return node.apply("Conv2DBackpropInput", List.of(sizes(node, input), filter, g));
    }
    Ops tf = node.tf();
    long[] padded = input.asArray();
    long[] begin = new long[padded.length];
    for (int i = 0; i < padded.length; i++) {
      begin[i] = margins[i][0];
      padded[i] += margins[i][0] + margins[i][1];
    }
    Operand<TNumber> whole =
        node.applyUnpadded(
            "Conv2DBackpropInput", List.of(sizes(node, Shape.of(padded)), filter, g));
    return tf.slice(whole, tf.constant(begin), tf.constant(input.asArray()));
  }

  private static Operand<TNumber> filterGradient(
      Node node, Operand<TNumber> input, Shape filter, Operand<TNumber> g) {
    long[][] margins = margins(node);
    Operand<TNumber> padded =
        margins.length == 0
            ? input
            : node.tf().pad(input, node.tf().constant(margins), ArithmeticRules.scalar(node, 0));
    if (isStridedPointwise(node, filter)) {
      return pointwiseFilterGradient(node, padded, filter, g);
    }
    List<Operand<?>> inputs = List.of(padded, sizes(node, filter), g);
    return margins.length == 0
        ? node.apply("Conv2DBackpropFilter", inputs)
        : node.applyUnpadded("Conv2DBackpropFilter", inputs);
  }

  private static boolean isStridedPointwise(Node node, Shape filter) {
    return filter.get(0) == 1
        && filter.get(1) == 1
        && node.attribute("data_format").getS().toStringUtf8().equals("NHWC")
        && node.attribute("strides").getList().getIList().stream().anyMatch(s -> s > 1);
  }

  /**
   * The gradient for a 1×1 kernel with strides, as a matrix product over the pixels that the kernel
   * meets. TensorFlow 2.18's own kernel ends the process where oneDNN computes it for an odd number
   * of examples with fewer than 16 channels.
   */
  private static Operand<TNumber> pointwiseFilterGradient(
      Node node, Operand<TNumber> input, Shape filter, Operand<TNumber> g) {
    Ops tf = node.tf();
    int[] strides =
        node.attribute("strides").getList().getIList().stream()
            .mapToInt(Math::toIntExact)
            .toArray();
    Operand<TNumber> met =
        tf.stridedSlice(
            input,
            tf.constant(new int[strides.length]),
            sizes(node, input.shape()),
            tf.constant(strides));
    long channels = filter.get(2);
    Operand<TNumber> columns = tf.reshape(met, tf.constant(new long[] {-1, channels}));
    Operand<TNumber> outputs = tf.reshape(g, tf.constant(new long[] {-1, filter.get(3)}));
    return tf.reshape(product(node, columns, outputs, true, false), tf.constant(filter.asArray()));
  }

  /** What the node pads before and after each dimension; empty if its padding is not explicit. */
  private static long[][] margins(Node node) {
    List<Long> flat = node.attribute("explicit_paddings").getList().getIList();
    long[][] margins = new long[flat.size() / 2][];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = new long[] {flat.get(2 * i), flat.get(2 * i + 1)};
    }
    return margins;
  }

  private static Operand<TInt32> sizes(Node node, Shape shape) {
    return node.tf().constant(Arrays.stream(shape.asArray()).mapToInt(Math::toIntExact).toArray());
  }

  private static Operand<TNumber> zeros(Node node, Shape shape) {
    return Sums.broadcast(node.tf(), ArithmeticRules.scalar(node, 0), shape);
  }

  private static List<Operand<TNumber>> matMulGradient(Node node, Operand<TNumber> g) {
    Operand<TNumber> a = node.input(0);
    Operand<TNumber> b = node.input(1);
    boolean transposeA = node.flag("transpose_a");
    boolean transposeB = node.flag("transpose_b");
    Operand<TNumber> first =
        transposeA
            ? product(node, b, g, transposeB, true)
            : product(node, g, b, false, !transposeB);
    Operand<TNumber> second =
        transposeB
            ? product(node, g, a, true, transposeA)
            : product(node, a, g, !transposeA, false);
    return List.of(first, second);
  }

  private static Operand<TNumber> product(
      Node node, Operand<TNumber> a, Operand<TNumber> b, boolean transposeA, boolean transposeB) {
    return node.tf()
        .linalg
        .matMul(a, b, MatMul.transposeA(transposeA), MatMul.transposeB(transposeB));
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
      return List.of(node.reapply(List.of(x != null ? x : zeros(node, node.outputShape(0)), b)));
    }
  }
}
