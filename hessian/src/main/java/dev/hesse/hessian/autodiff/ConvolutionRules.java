package dev.hesse.hessian.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Convolutions. A convolution and the kernels of its two gradients are one trilinear form ⟨y, x ∗
 * w⟩ read three ways, so that each one's derivatives are the other two, with the same strides,
 * paddings and dilations. A transposed convolution is the second of them.
 *
 * @param forward x ∗ w
 * @param ofInput the kernel of the gradient with respect to x
 * @param ofFilter the kernel of the gradient with respect to w
 */
record ConvolutionRules(String forward, String ofInput, String ofFilter) {

  static void register(Map<String, DerivativeRule> rules) {
    new ConvolutionRules("Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter").addTo(rules);
    new ConvolutionRules("Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2").addTo(rules);
    new ConvolutionRules(
            "DepthwiseConv2dNative",
            "DepthwiseConv2dNativeBackpropInput",
            "DepthwiseConv2dNativeBackpropFilter")
        .addTo(rules);
  }

  private void addTo(Map<String, DerivativeRule> rules) {
    rules.put(
        forward,
        new MultilinearRule(
            (node, g) ->
                List.of(
                    inputGradient(node, node.inputShape(0), node.input(1), g),
                    filterGradient(node, node.input(0), node.inputShape(1), g)),
            0,
            1));
    rules.put(
        ofInput,
        new MultilinearRule(
            (node, g) ->
                List.of(
                    filterGradient(node, g, node.inputShape(1), node.input(2)),
                    node.apply(forward, List.of(g, node.input(1)))),
            1,
            2));
    rules.put(
        ofFilter,
        new MultilinearRule(
            (node, g) ->
                List.of(
                    inputGradient(node, node.inputShape(0), g, node.input(2)),
                    node.apply(forward, List.of(node.input(0), g))),
            0,
            2));
  }

  /**
   * With explicit paddings this is the gradient over the padded input, cropped: TensorFlow has fast
   * kernels for both gradients of a convolution on the CPU only without them.
   */
  private Operand<TNumber> inputGradient(
      Node node, Shape input, Operand<TNumber> filter, Operand<TNumber> g) {
    ConvolutionGeometry geometry = ConvolutionGeometry.of(node, input, filter.shape(), g.shape());
    if (lacksGradientKernels(geometry)) {
      return new ConvolutionsForGradients(node, geometry).inputGradient(filter, g);
    }
    if (!geometry.hasExplicitPaddings()) {
      return node.apply(ofInput, List.of(sizes(node, input), filter, g));
    }
    Operand<TNumber> whole =
        node.apply(
            ofInput,
            List.of(sizes(node, geometry.paddedShape()), filter, g),
            ConvolutionGeometry.NO_PADDING);
    return geometry.crop(node.tf(), whole);
  }

  private Operand<TNumber> filterGradient(
      Node node, Operand<TNumber> input, Shape filter, Operand<TNumber> g) {
    ConvolutionGeometry geometry = ConvolutionGeometry.of(node, input.shape(), filter, g.shape());
    if (lacksGradientKernels(geometry)) {
      return new ConvolutionsForGradients(node, geometry).filterGradient(input, g);
    }
    if (forward.equals("Conv2D") && geometry.isStridedPointwise()) {
      return pointwiseFilterGradient(node, geometry, input, g);
    }
    Operand<TInt32> filterSizes = sizes(node, filter);
    return geometry.hasExplicitPaddings()
        ? node.apply(
            ofFilter,
            List.of(geometry.pad(node, input), filterSizes, g),
            ConvolutionGeometry.NO_PADDING)
        : node.apply(ofFilter, List.of(input, filterSizes, g));
  }

  /** On the CPU, TensorFlow has dilated and grouped convolutions, but not their gradients. */
  private boolean lacksGradientKernels(ConvolutionGeometry geometry) {
    return forward.equals("Conv2D") && (geometry.isDilated() || geometry.groups() > 1);
  }

  /**
   * The gradient for a 1×1 kernel with strides, as a matrix product over the pixels that the kernel
   * meets. TensorFlow 2.18's own kernel ends the process where oneDNN computes it for an odd number
   * of examples with fewer than 16 channels.
   */
  private static Operand<TNumber> pointwiseFilterGradient(
      Node node, ConvolutionGeometry geometry, Operand<TNumber> input, Operand<TNumber> g) {
    Ops tf = node.tf();
    Operand<TNumber> padded = geometry.pad(node, input);
    Operand<TNumber> met =
        tf.stridedSlice(
            padded,
            tf.constant(new int[padded.shape().numDimensions()]),
            sizes(node, padded.shape()),
            tf.constant(node.integers("strides")));
    Shape filter = geometry.filter();
    Operand<TNumber> columns = rows(tf, geometry.channelsLast(tf, met), filter.get(2));
    Operand<TNumber> outputs = rows(tf, geometry.channelsLast(tf, g), filter.get(3));
    return tf.reshape(
        tf.linalg.matMul(columns, outputs, MatMul.transposeA(true)), tf.constant(filter.asArray()));
  }

  private static Operand<TNumber> rows(Ops tf, Operand<TNumber> x, long columns) {
    return tf.reshape(x, tf.constant(new long[] {-1, columns}));
  }

  private static Operand<TInt32> sizes(Node node, Shape shape) {
    return node.tf().constant(Arrays.stream(shape.asArray()).mapToInt(Math::toIntExact).toArray());
  }
}
