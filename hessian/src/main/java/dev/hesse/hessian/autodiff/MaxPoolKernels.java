package dev.hesse.hessian.autodiff;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.types.family.TNumber;

/**
 * The two kernels that move values between the windows of a pooling and their largest elements.
 *
 * @param toInput the kernel that moves values from windows to their largest elements
 * @param toOutput the kernel that moves values from the largest elements to their windows
 */
record MaxPoolKernels(String toInput, String toOutput) {

  /** Adds each window's value to its largest element. */
  Operand<TNumber> spread(
      Node node, Operand<TNumber> input, Operand<TNumber> output, Operand<TNumber> values) {
    Map<String, AttrValue> attributes = new HashMap<>(windows(node));
    if (!isExplicit(node)) {
      return node.apply(toInput, List.of(input, output, values), attributes);
    }
    attributes.putAll(ConvolutionGeometry.NO_PADDING);
    ConvolutionGeometry geometry = geometry(node, input.shape(), output.shape());
    Operand<TNumber> padded = pad(node, geometry, input);
    return geometry.crop(
        node.tf(), node.apply(toInput, List.of(padded, output, values), attributes));
  }

  /**
   * Selects each window's value at its largest element, with channels last, the only format that
   * TensorFlow has a kernel for on the CPU. That of TensorFlow 2.18 clears the values before it
   * reads them if input and output have one shape, so that margins make them differ.
   */
  Operand<TNumber> select(
      Node node, Operand<TNumber> input, Operand<TNumber> output, Operand<TNumber> values) {
    ConvolutionGeometry geometry = geometry(node, input.shape(), output.shape());
    boolean oneShape = input.shape().equals(output.shape());
    if (oneShape && geometry.filter().size() == 1) {
      return values;
    }
    boolean padded = oneShape || isExplicit(node);
    Ops tf = node.tf();
    Operand<TNumber> from = padded ? pad(node, geometry, input) : input;
    Operand<TNumber> moved = padded ? geometry.pad(node, values) : values;
    Map<String, AttrValue> attributes = new HashMap<>();
    int spatial = geometry.strides().length;
    attributes.put(
        "ksize",
        list(
            withBatchAndChannels(
                IntStream.range(0, spatial).map(i -> (int) geometry.filter().get(i)))));
    attributes.put("strides", list(withBatchAndChannels(IntStream.of(geometry.strides()))));
    attributes.put(
        "data_format",
        AttrValue.newBuilder()
            .setS(ByteString.copyFromUtf8(spatial == 2 ? "NHWC" : "NDHWC"))
            .build());
    if (padded) {
      attributes.putAll(ConvolutionGeometry.NO_PADDING);
    }
    return geometry.inFormat(
        tf,
        node.apply(
            toOutput,
            List.of(
                geometry.channelsLast(tf, from),
                geometry.channelsLast(tf, output),
                geometry.channelsLast(tf, moved)),
            attributes));
  }

  private static Operand<TNumber> pad(
      Node node, ConvolutionGeometry geometry, Operand<TNumber> input) {
    return geometry.pad(node.tf(), input, node.scalar(Double.NEGATIVE_INFINITY));
  }

  private static boolean isExplicit(Node node) {
    return node.text("padding").equals("EXPLICIT");
  }

  private static ConvolutionGeometry geometry(Node node, Shape input, Shape output) {
    int[] window = window(node, "ksize", 1);
    int[] strides = window(node, "strides", 2);
    int first = node.text("data_format").indexOf('C') == 1 ? 2 : 1;
    long[] filter = LongStream.generate(() -> 1).limit(window.length).toArray();
    for (int i = 0; i < window.length - 2; i++) {
      filter[i] = window[first + i];
    }
    return ConvolutionGeometry.of(node, input, Shape.of(filter), output, strides);
  }

  /** The window or its strides, which are attributes or, in MaxPoolV2, inputs. */
  private static int[] window(Node node, String attribute, int input) {
    return areInputs(node)
        ? LongStream.of(node.constant(input)).mapToInt(Math::toIntExact).toArray()
        : node.integers(attribute);
  }

  private static boolean areInputs(Node node) {
    return node.type().equals("MaxPoolV2");
  }

  private static Map<String, AttrValue> windows(Node node) {
    return areInputs(node)
        ? Map.of("ksize", list(node.constant(1)), "strides", list(node.constant(2)))
        : Map.of();
  }

  private static long[] withBatchAndChannels(IntStream spatial) {
    return IntStream.concat(IntStream.concat(IntStream.of(1), spatial), IntStream.of(1))
        .asLongStream()
        .toArray();
  }

  private static AttrValue list(long[] values) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    Arrays.stream(values).forEach(list::addI);
    return AttrValue.newBuilder().setList(list).build();
  }
}
