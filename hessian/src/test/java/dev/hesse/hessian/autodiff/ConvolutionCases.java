package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Convolutions and their transposes. TensorFlow's CPU kernels for channels in front are oneDNN's
 * and know single precision only.
 */
final class ConvolutionCases {
  private static final long[] NONE = {};
  private static final long[] MARGINS = {0, 0, 1, 1, 1, 2, 0, 0};

  private ConvolutionCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(plain(), dilated(), grouped(), transposed(), depthwise(), spatial())
        .flatMap(cases -> cases);
  }

  /** The attributes of a convolution, with those of its dimensions in the order of NHWC. */
  private record Attributes(
      String padding, long[] strides, long[] dilations, long[] margins, boolean channelsFirst)
      implements Consumer<OperationBuilder> {

    static Attributes of(String padding, long... strides) {
      return new Attributes(
          padding,
          around(strides),
          around(LongStream.generate(() -> 1).limit(strides.length).toArray()),
          padding.equals("EXPLICIT") ? MARGINS : NONE,
          false);
    }

    Attributes dilated(long... by) {
      return new Attributes(padding, strides, around(by), margins, channelsFirst);
    }

    private static long[] around(long... spatial) {
      long[] all = new long[spatial.length + 2];
      Arrays.fill(all, 1);
      System.arraycopy(spatial, 0, all, 1, spatial.length);
      return all;
    }

    Attributes withChannelsFirst() {
      return new Attributes(padding, strides, dilations, margins, true);
    }

    @Override
    public void accept(OperationBuilder builder) {
      builder.setAttr("padding", padding);
      builder.setAttr("strides", ordered(strides, 1));
      builder.setAttr("dilations", ordered(dilations, 1));
      if (margins.length > 0) {
        builder.setAttr("explicit_paddings", ordered(margins, 2));
      }
      if (channelsFirst) {
        builder.setAttr("data_format", strides.length == 4 ? "NCHW" : "NCDHW");
      }
    }

    private long[] ordered(long[] values, int width) {
      long[] ordered = values.clone();
      if (channelsFirst) {
        int last = values.length - width;
        System.arraycopy(values, last, ordered, width, width);
        System.arraycopy(values, width, ordered, 2 * width, last - width);
      }
      return ordered;
    }
  }

  private static Stream<DerivativeCase> plain() {
    return Stream.of(
            conv("SAME", Attributes.of("SAME", 1, 1), shape(2, 5, 4, 2), shape(3, 3, 2, 3)),
            conv("VALID", Attributes.of("VALID", 1, 1), shape(3, 5, 4, 2), shape(2, 3, 2, 1)),
            conv(
                "SAME stride 2", Attributes.of("SAME", 2, 2), shape(1, 6, 5, 2), shape(3, 3, 2, 3)),
            conv(
                "EXPLICIT stride 2",
                Attributes.of("EXPLICIT", 2, 2),
                shape(2, 6, 6, 2),
                shape(3, 3, 2, 3)),
            conv("1x1", Attributes.of("VALID", 1, 1), shape(3, 3, 2, 2), shape(1, 1, 2, 3)),
            conv(
                "1x1 stride 2", Attributes.of("VALID", 2, 2), shape(3, 6, 5, 2), shape(1, 1, 2, 3)),
            conv(
                "1x1 SAME stride 2",
                Attributes.of("SAME", 2, 2),
                shape(3, 6, 5, 2),
                shape(1, 1, 2, 3)))
        .flatMap(each -> each);
  }

  private static Stream<DerivativeCase> dilated() {
    return Stream.of(
            conv(
                "SAME dilated",
                Attributes.of("SAME", 1, 1).dilated(2, 2),
                shape(2, 6, 5, 2),
                shape(3, 3, 2, 3)),
            conv(
                "VALID dilated unevenly",
                Attributes.of("VALID", 1, 1).dilated(1, 2),
                shape(2, 5, 7, 2),
                shape(2, 3, 2, 3)),
            conv(
                "EXPLICIT dilated",
                Attributes.of("EXPLICIT", 1, 1).dilated(2, 1),
                shape(1, 6, 5, 2),
                shape(3, 3, 2, 2)),
            conv(
                "SAME dilated stride 2",
                Attributes.of("SAME", 2, 3).dilated(2, 2),
                shape(2, 7, 8, 1),
                shape(3, 3, 1, 2)))
        .flatMap(each -> each);
  }

  private static Stream<DerivativeCase> grouped() {
    return Stream.of(
            conv(
                "SAME in two groups",
                Attributes.of("SAME", 1, 1),
                shape(2, 4, 4, 4),
                shape(3, 3, 2, 6)),
            conv(
                "EXPLICIT in two groups, stride 2",
                Attributes.of("EXPLICIT", 2, 2),
                shape(3, 5, 4, 4),
                shape(3, 2, 2, 4)),
            conv(
                "SAME in groups of one channel, two outputs each",
                Attributes.of("SAME", 2, 2),
                shape(2, 5, 4, 4),
                shape(2, 2, 1, 8)),
            conv(
                "VALID in four groups, dilated",
                Attributes.of("VALID", 1, 1).dilated(2, 1),
                shape(2, 5, 4, 4),
                shape(2, 2, 1, 4)))
        .flatMap(each -> each);
  }

  /** In both formats. */
  private static Stream<DerivativeCase> conv(
      String name, Attributes attributes, Shape input, Shape filter) {
    return conv("Conv2D", name, attributes, input, filter);
  }

  private static Stream<DerivativeCase> conv(
      String type, String name, Attributes attributes, Shape input, Shape filter) {
    DerivativeCase.Function last = (tf, x) -> raw(tf, type, attributes, x.get(0), x.get(1));
    DerivativeCase.Function first =
        (tf, x) -> raw(tf, type, attributes.withChannelsFirst(), x.get(0), x.get(1));
    DerivativeCase.Function around =
        (tf, x) -> toFront(tf, last.apply(tf, List.of(toBack(tf, x.get(0)), x.get(1))));
    return Stream.of(
        of("%s %s".formatted(type, name), last, input, filter),
        of("%s %s, channels first".formatted(type, name), first, front(input), filter)
            .inSinglePrecisionLike(around));
  }

  private static Stream<DerivativeCase> transposed() {
    return Stream.of(
        ofInput("Conv2D", Attributes.of("SAME", 2, 2), shape(2, 6, 5, 2), shape(3, 3, 2, 3)),
        ofInput("Conv2D", Attributes.of("VALID", 2, 1), shape(2, 7, 4, 2), shape(3, 2, 2, 3)),
        ofInput("Conv2D", Attributes.of("VALID", 2, 2), shape(3, 5, 4, 2), shape(1, 1, 2, 3)),
        ofInput("Conv2D", Attributes.of("EXPLICIT", 2, 2), shape(2, 6, 5, 2), shape(3, 3, 2, 3)),
        ofFilter("Conv2D", Attributes.of("SAME", 1, 1), shape(2, 6, 5, 2), shape(3, 3, 2, 3)),
        ofFilter("Conv2D", Attributes.of("EXPLICIT", 2, 2), shape(2, 6, 5, 2), shape(3, 3, 2, 3)));
  }

  private static DerivativeCase ofInput(
      String forward, Attributes attributes, Shape input, Shape filter) {
    String type = forward + "BackpropInput" + (forward.equals("Conv3D") ? "V2" : "");
    return of(
        "%s %s %s".formatted(type, attributes.padding(), filter),
        (tf, w, g) -> raw(tf, type, attributes, sizes(tf, input), w, g),
        filter,
        output(forward, attributes, input, filter));
  }

  private static DerivativeCase ofFilter(
      String forward, Attributes attributes, Shape input, Shape filter) {
    String type = forward + "BackpropFilter" + (forward.equals("Conv3D") ? "V2" : "");
    return of(
        "%s %s %s".formatted(type, attributes.padding(), filter),
        (tf, x, g) -> raw(tf, type, attributes, x, sizes(tf, filter), g),
        input,
        output(forward, attributes, input, filter));
  }

  private static Stream<DerivativeCase> depthwise() {
    String type = "DepthwiseConv2dNative";
    return Stream.of(
            conv(type, "SAME", Attributes.of("SAME", 1, 1), shape(2, 5, 4, 2), shape(3, 3, 2, 1)),
            conv(
                type,
                "VALID stride 2",
                Attributes.of("VALID", 2, 2),
                shape(2, 6, 5, 2),
                shape(3, 2, 2, 3)),
            conv(
                type,
                "EXPLICIT",
                Attributes.of("EXPLICIT", 2, 2),
                shape(2, 6, 5, 2),
                shape(3, 3, 2, 2)),
            Stream.of(
                ofInput(type, Attributes.of("SAME", 2, 2), shape(2, 6, 5, 2), shape(3, 3, 2, 2)),
                ofInput(
                    type, Attributes.of("EXPLICIT", 1, 1), shape(2, 4, 5, 2), shape(3, 3, 2, 2)),
                ofFilter(type, Attributes.of("SAME", 2, 2), shape(2, 6, 5, 2), shape(3, 3, 2, 2)),
                ofFilter(
                    type, Attributes.of("EXPLICIT", 1, 1), shape(2, 4, 5, 2), shape(3, 3, 2, 2))))
        .flatMap(each -> each);
  }

  private static Stream<DerivativeCase> spatial() {
    Shape input = shape(2, 4, 3, 4, 2);
    Shape filter = shape(2, 3, 2, 2, 3);
    return Stream.of(
            conv("Conv3D", "SAME", Attributes.of("SAME", 1, 1, 1), input, filter),
            conv("Conv3D", "VALID stride 2", Attributes.of("VALID", 2, 1, 2), input, filter),
            conv(
                "Conv3D",
                "1x1x1 stride 2",
                Attributes.of("SAME", 2, 2, 2),
                shape(3, 4, 3, 4, 2),
                shape(1, 1, 1, 2, 3)),
            Stream.of(
                ofInput("Conv3D", Attributes.of("SAME", 2, 2, 1), input, filter),
                ofFilter("Conv3D", Attributes.of("VALID", 1, 1, 2), input, filter)))
        .flatMap(each -> each);
  }

  private static Shape output(String type, Attributes attributes, Shape input, Shape filter) {
    long[] sizes = input.asArray();
    for (int i = 1; i < sizes.length - 1; i++) {
      long stride = attributes.strides()[i];
      long margins =
          attributes.margins().length == 0
              ? 0
              : attributes.margins()[2 * i] + attributes.margins()[2 * i + 1];
      sizes[i] =
          attributes.padding().equals("SAME")
              ? (sizes[i] + stride - 1) / stride
              : (sizes[i] + margins - filter.get(i - 1)) / stride + 1;
    }
    sizes[sizes.length - 1] = filter.get(-1) * (type.startsWith("Depthwise") ? filter.get(-2) : 1);
    return Shape.of(sizes);
  }

  private static Operand<TInt32> sizes(Ops tf, Shape shape) {
    return tf.constant(Arrays.stream(shape.asArray()).mapToInt(Math::toIntExact).toArray());
  }

  private static Shape front(Shape shape) {
    int rank = shape.numDimensions();
    return Shape.of(
        IntStream.range(0, rank).mapToLong(i -> shape.get(i < 2 ? -i : i - 1)).toArray());
  }

  private static Operand<TNumber> toFront(Ops tf, Operand<TNumber> x) {
    return tf.linalg.transpose(
        x, tf.constant(x.rank() == 4 ? new int[] {0, 3, 1, 2} : new int[] {0, 4, 1, 2, 3}));
  }

  private static Operand<TNumber> toBack(Ops tf, Operand<TNumber> x) {
    return tf.linalg.transpose(
        x, tf.constant(x.rank() == 4 ? new int[] {0, 2, 3, 1} : new int[] {0, 2, 3, 4, 1}));
  }
}
