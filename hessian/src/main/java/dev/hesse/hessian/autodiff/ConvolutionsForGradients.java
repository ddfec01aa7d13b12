package dev.hesse.hessian.autodiff;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.family.TNumber;

/**
 * Both gradients of a two-dimensional convolution written as convolutions again, where there are no
 * kernels for them: with dilations and with groups of channels. Strides of the one are dilations of
 * the other.
 */
record ConvolutionsForGradients(Node node, ConvolutionGeometry geometry) {
  private static final int ROWS = 0;
  private static final int COLUMNS = 1;

  /**
   * The gradient with respect to the input: g with zeros between its elements for the strides and
   * around them, convolved with the filter turned by 180°, its two channels swapped.
   */
  Operand<TNumber> inputGradient(Operand<TNumber> filter, Operand<TNumber> g) {
    Ops tf = node.tf();
    long[][] margins = new long[4][2];
    for (int i : List.of(ROWS, COLUMNS)) {
      margins[1 + i][0] = (geometry.filter().get(i) - 1) * geometry.dilations()[i];
      margins[1 + i][1] = geometry.padded()[i] - strided(i);
    }
    Operand<TNumber> padded =
        tf.pad(insertZeros(geometry.channelsLast(tf, g)), tf.constant(margins), node.scalar(0));
    Operand<TNumber> turned = tf.reverse(filter, tf.constant(new int[] {ROWS, COLUMNS}));
    Operand<TNumber> whole =
        convolve(padded, swapChannels(turned), new int[] {1, 1}, geometry.dilations());
    return geometry.crop(tf, geometry.inFormat(tf, whole));
  }

  /**
   * The gradient with respect to the filter: the input convolved with g, the examples of both in
   * the place of input channels.
   */
  Operand<TNumber> filterGradient(Operand<TNumber> input, Operand<TNumber> g) {
    Ops tf = node.tf();
    Operand<TNumber> padded = geometry.channelsLast(tf, geometry.pad(node, input));
    long examples = geometry.input().get(0);
    long groups = geometry.groups();
    long channels = geometry.filter().get(2);
    long[] size = {examples, 0, 0, groups * channels};
    for (int i : List.of(ROWS, COLUMNS)) {
      size[1 + i] = strided(i) + (geometry.filter().get(i) - 1) * geometry.dilations()[i];
    }
    Operand<TNumber> met = tf.slice(padded, tf.constant(new long[4]), tf.constant(size));
    Operand<TNumber> byGroup =
        tf.reshape(met, tf.constant(new long[] {examples, size[1], size[2], groups, channels}));
    Operand<TNumber> swapped =
        tf.reshape(
            tf.linalg.transpose(byGroup, tf.constant(new int[] {4, 1, 2, 3, 0})),
            tf.constant(new long[] {channels, size[1], size[2], groups * examples}));
    Operand<TNumber> outputs =
        tf.linalg.transpose(geometry.channelsLast(tf, g), tf.constant(new int[] {1, 2, 0, 3}));
    Operand<TNumber> gradient =
        convolve(
            swapped,
            outputs,
            /* strides= */ geometry.dilations(),
            /* dilations= */ geometry.strides());
    return tf.linalg.transpose(gradient, tf.constant(new int[] {1, 2, 0, 3}));
  }

  /**
   * How many elements of the padded input lie between the first and last position of the filter.
   */
  private long strided(int i) {
    return (geometry.output()[i] - 1) * geometry.strides()[i] + 1;
  }

  private Operand<TNumber> insertZeros(Operand<TNumber> g) {
    int rows = geometry.strides()[ROWS];
    int columns = geometry.strides()[COLUMNS];
    if (rows == 1 && columns == 1) {
      return g;
    }
    Ops tf = node.tf();
    long[] apart = {g.shape().get(0), strided(ROWS), strided(COLUMNS), g.shape().get(3)};
    return tf.stridedSliceGrad(
        tf.constant(apart),
        tf.constant(new long[4]),
        tf.constant(apart),
        tf.constant(new long[] {1, rows, columns, 1}),
        g);
  }

  /** Input channels of a group become its output channels. */
  private Operand<TNumber> swapChannels(Operand<TNumber> filter) {
    Ops tf = node.tf();
    long[] sizes = geometry.filter().asArray();
    long groups = geometry.groups();
    long outputs = sizes[3] / groups;
    Operand<TNumber> byGroup =
        tf.reshape(filter, tf.constant(new long[] {sizes[0], sizes[1], sizes[2], groups, outputs}));
    return tf.reshape(
        tf.linalg.transpose(byGroup, tf.constant(new int[] {0, 1, 4, 3, 2})),
        tf.constant(new long[] {sizes[0], sizes[1], outputs, groups * sizes[2]}));
  }

  /**
   * Convolves group by group. TensorFlow 2.18 computes groups with several input channels and one
   * output channel wrongly where oneDNN does it, so those get a second output channel of zeros.
   */
  private Operand<TNumber> convolve(
      Operand<TNumber> x, Operand<TNumber> filter, int[] strides, int[] dilations) {
    Ops tf = node.tf();
    long groups = geometry.groups();
    Shape sizes = filter.shape();
    if (groups == 1 || sizes.get(3) > groups || sizes.get(2) == 1) {
      return tf.nn.conv2d(
          x, filter, inSpace(strides), "VALID", Conv2d.dilations(inSpace(dilations)));
    }
    Operand<TNumber> widened =
        tf.reshape(
            tf.stack(List.of(filter, tf.zerosLike(filter)), Stack.axis(4L)),
            tf.constant(new long[] {sizes.get(0), sizes.get(1), sizes.get(2), 2 * groups}));
    Operand<TNumber> y =
        tf.nn.conv2d(x, widened, inSpace(strides), "VALID", Conv2d.dilations(inSpace(dilations)));
    return tf.stridedSlice(
        y,
        tf.constant(new long[4]),
        tf.constant(y.shape().asArray()),
        tf.constant(new long[] {1, 1, 1, 2}));
  }

  private static List<Long> inSpace(int[] each) {
    return List.of(1L, (long) each[ROWS], (long) each[COLUMNS], 1L);
  }
}
