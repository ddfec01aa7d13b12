package dev.hesse.hessian.autodiff;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.types.family.TNumber;

/**
 * The sizes of a convolution or pooling, with one entry per spatial dimension in arrays.
 *
 * @param channelsFirst whether the channels are the second dimension instead of the last
 * @param input the input's shape
 * @param filter spatial dimensions, then input channels of a group, then output channels
 * @param padding as the node names it
 * @param before how many elements are added before the input
 * @param padded the input's size with all that is added
 * @param output the output's size
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ConvolutionGeometry(
    boolean channelsFirst,
    Shape input,
    Shape filter,
    String padding,
    int[] strides,
    int[] dilations,
    long[] before,
    long[] padded,
    long[] output) {

  /** The attributes of an operation whose input has been padded already. */
  static final Map<String, AttrValue> NO_PADDING =
      Map.of(
          "padding",
          AttrValue.newBuilder().setS(ByteString.copyFromUtf8("VALID")).build(),
          "explicit_paddings",
          AttrValue.newBuilder().setList(AttrValue.ListValue.getDefaultInstance()).build());

  /** The geometry of a node that is a convolution or one of its gradients. */
  static ConvolutionGeometry of(Node node, Shape input, Shape filter, Shape output) {
    return of(node, input, filter, output, node.integers("strides"));
  }

  /**
   * The geometry of a node that is a convolution, a pooling or the gradient of one.
   *
   * @param allStrides one per dimension
   */
  static ConvolutionGeometry of(
      Node node, Shape input, Shape filter, Shape output, int[] allStrides) {
    boolean channelsFirst = node.text("data_format").indexOf('C') == 1;
    int first = channelsFirst ? 2 : 1;
    int spatial = input.numDimensions() - 2;
    int[] strides = new int[spatial];
    int[] dilations = new int[spatial];
    long[] before = new long[spatial];
    long[] padded = new long[spatial];
    long[] outputs = new long[spatial];
    int[] allDilations = node.integers("dilations");
    int[] explicit = node.integers("explicit_paddings");
    for (int i = 0; i < spatial; i++) {
      strides[i] = allStrides[first + i];
      dilations[i] = allDilations.length == 0 ? 1 : allDilations[first + i];
      outputs[i] = output.get(first + i);
      long size = input.get(first + i);
      long after = 0;
      if (node.text("padding").equals("SAME")) {
        long reached = (outputs[i] - 1) * strides[i] + (filter.get(i) - 1) * dilations[i] + 1;
        long total = Math.max(0, reached - size);
        before[i] = total / 2;
        after = total - before[i];
      } else if (explicit.length > 0) {
        before[i] = explicit[2 * (first + i)];
        after = explicit[2 * (first + i) + 1];
      }
      padded[i] = before[i] + size + after;
    }
    return new ConvolutionGeometry(
        channelsFirst,
        input,
        filter,
        node.text("padding"),
        strides,
        dilations,
        before,
        padded,
        outputs);
  }

  boolean hasExplicitPaddings() {
    return padding.equals("EXPLICIT");
  }

  boolean isDilated() {
    return Arrays.stream(dilations).anyMatch(dilation -> dilation > 1);
  }

  boolean isStridedPointwise() {
    return filter.size() == filter.get(-2) * filter.get(-1)
        && Arrays.stream(strides).anyMatch(stride -> stride > 1);
  }

  /** The number of groups of input channels, each of which only its own output channels see. */
  int groups() {
    return Math.toIntExact(input.get(channelsFirst ? 1 : -1) / filter.get(-2));
  }

  /** The shape of the padded input. */
  Shape paddedShape() {
    long[] sizes = input.asArray();
    System.arraycopy(padded, 0, sizes, firstSpatial(), padded.length);
    return Shape.of(sizes);
  }

  /** The input in the shape {@link #paddedShape}, with zeros around it. */
  Operand<TNumber> pad(Node node, Operand<TNumber> x) {
    return pad(node.tf(), x, node.scalar(0));
  }

  /** As {@link #pad(Node, Operand)}, with another value around it. */
  Operand<TNumber> pad(Ops tf, Operand<TNumber> x, Operand<TNumber> value) {
    if (paddedShape().equals(input)) {
      return x;
    }
    long[][] margins = new long[input.numDimensions()][2];
    for (int i = 0; i < padded.length; i++) {
      int dimension = firstSpatial() + i;
      margins[dimension][0] = before[i];
      margins[dimension][1] = padded[i] - before[i] - input.get(dimension);
    }
    return tf.pad(x, tf.constant(margins), value);
  }

  /** The part of a padded tensor that is the input's. */
  Operand<TNumber> crop(Ops tf, Operand<TNumber> x) {
    if (paddedShape().equals(input)) {
      return x;
    }
    long[] begin = new long[input.numDimensions()];
    System.arraycopy(before, 0, begin, firstSpatial(), before.length);
    return tf.slice(x, tf.constant(begin), tf.constant(input.asArray()));
  }

  /** A tensor in the node's format with its channels moved to the end. */
  Operand<TNumber> channelsLast(Ops tf, Operand<TNumber> x) {
    int rank = input.numDimensions();
    return channelsFirst
        ? tf.linalg.transpose(
            x,
            tf.constant(
                IntStream.range(0, rank)
                    .map(i -> i == 0 ? 0 : i == rank - 1 ? 1 : i + 1)
                    .toArray()))
        : x;
  }

  /** The reverse of {@link #channelsLast}. */
  Operand<TNumber> inFormat(Ops tf, Operand<TNumber> x) {
    int rank = input.numDimensions();
    return channelsFirst
        ? tf.linalg.transpose(
            x,
            tf.constant(
                IntStream.range(0, rank)
                    .map(i -> i == 0 ? 0 : i == 1 ? rank - 1 : i - 1)
                    .toArray()))
        : x;
  }

  private int firstSpatial() {
    return channelsFirst ? 2 : 1;
  }
}
