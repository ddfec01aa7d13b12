package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Pooling. TensorFlow's CPU kernels for channels in front are oneDNN's, and those over volumes its
 * own, for single precision only.
 */
final class PoolingCases {
  private PoolingCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(planes(), gradients(), volumes()).flatMap(cases -> cases);
  }

  private record Window(String padding, String format, int rows, int columns, int stride)
      implements Consumer<OperationBuilder> {
    @Override
    public void accept(OperationBuilder builder) {
      builder.setAttr("ksize", ordered(1, rows, columns, 1));
      builder.setAttr("strides", ordered(1, stride, stride, 1));
      builder.setAttr("padding", padding);
      builder.setAttr("data_format", format);
      if (padding.equals("EXPLICIT")) {
        builder.setAttr("explicit_paddings", new long[] {0, 0, 1, 0, 1, 1, 0, 0});
      }
    }

    private long[] ordered(long... values) {
      return format.equals("NHWC")
          ? values
          : new long[] {values[0], values[3], values[1], values[2]};
    }
  }

  private static Stream<DerivativeCase> planes() {
    return Stream.of("AvgPool", "MaxPool")
        .flatMap(
            type ->
                Stream.of(
                    pool(type, "VALID", 2, 2, 2, shape(2, 5, 4, 2)),
                    pool(type, "SAME", 3, 2, 2, shape(2, 5, 4, 2)),
                    pool(type, "SAME", 3, 3, 1, shape(1, 4, 3, 2)),
                    pool(type, "SAME", 2, 2, 1, shape(2, 3, 3, 2))))
        .flatMap(each -> each);
  }

  /** In both formats. */
  private static Stream<DerivativeCase> pool(
      String type, String padding, int rows, int columns, int stride, Shape input) {
    String name = "%s %s %dx%d stride %d".formatted(type, padding, rows, columns, stride);
    Window last = new Window(padding, "NHWC", rows, columns, stride);
    Window first = new Window(padding, "NCHW", rows, columns, stride);
    Shape front = shape(input.get(0), input.get(3), input.get(1), input.get(2));
    return Stream.of(
        of(name, (tf, x) -> raw(tf, type, last, x), input),
        of(name + ", channels first", (tf, x) -> raw(tf, type, first, x), front)
            .inSinglePrecisionLike(
                (tf, x) ->
                    transpose(
                        tf, raw(tf, type, last, transpose(tf, x.get(0), 0, 2, 3, 1)), 0, 3, 1, 2)));
  }

  private static Operand<TNumber> transpose(Ops tf, Operand<TNumber> x, int... order) {
    return tf.linalg.transpose(x, tf.constant(order));
  }

  private static Stream<DerivativeCase> gradients() {
    Window window = new Window("SAME", "NHWC", 3, 2, 2);
    return Stream.of(
        of(
            "MaxPoolV2",
            (tf, x) ->
                raw(
                    tf,
                    "MaxPoolV2",
                    builder -> builder.setAttr("padding", "SAME"),
                    x,
                    tf.constant(new int[] {1, 3, 2, 1}),
                    tf.constant(new int[] {1, 2, 2, 1})),
            shape(2, 5, 4, 2)),
        of(
            "MaxPool EXPLICIT",
            (tf, x) -> raw(tf, "MaxPool", new Window("EXPLICIT", "NHWC", 2, 3, 2), x),
            shape(2, 5, 4, 2)),
        of(
            "MaxPool of windows of one",
            (tf, x) -> raw(tf, "MaxPool", new Window("SAME", "NHWC", 1, 1, 1), x),
            shape(2, 3, 2, 2)),
        of(
            "AvgPoolGrad",
            (tf, g) -> raw(tf, "AvgPoolGrad", window, tf.constant(new int[] {2, 5, 4, 2}), g),
            shape(2, 3, 2, 2)),
        of(
            "MaxPoolGrad",
            (tf, x, g) -> raw(tf, "MaxPoolGrad", window, x, raw(tf, "MaxPool", window, x), g),
            shape(2, 5, 4, 2),
            shape(2, 3, 2, 2)),
        of(
            "MaxPoolGradGrad",
            (tf, x, d) -> raw(tf, "MaxPoolGradGrad", window, x, raw(tf, "MaxPool", window, x), d),
            shape(2, 5, 4, 2),
            shape(2, 5, 4, 2)));
  }

  /** Windows of 2×2×2 that do not overlap, beside reductions over the same elements. */
  private static Stream<DerivativeCase> volumes() {
    Shape whole = shape(2, 4, 2, 4, 3);
    Shape pooled = shape(2, 2, 1, 2, 3);
    return Stream.of(
        of("AvgPool3D", (tf, x) -> volume(tf, "AvgPool3D", x), whole)
            .inSinglePrecisionLike((tf, x) -> tf.math.mean(blocks(tf, x.get(0)), blockAxes(tf))),
        of("MaxPool3D", (tf, x) -> volume(tf, "MaxPool3D", x), whole)
            .inSinglePrecisionLike((tf, x) -> tf.max(blocks(tf, x.get(0)), blockAxes(tf))),
        of(
                "MaxPool3D of one size",
                (tf, x) ->
                    raw(
                        tf,
                        "MaxPool3D",
                        builder -> {
                          builder.setAttr("ksize", new long[] {1, 1, 1, 2, 1});
                          builder.setAttr("strides", new long[] {1, 1, 1, 1, 1});
                          builder.setAttr("padding", "SAME");
                        },
                        x),
                shape(2, 1, 1, 3, 2))
            .inSinglePrecisionLike(
                (tf, x) ->
                    tf.math.maximum(
                        x.get(0),
                        tf.gather(x.get(0), tf.constant(new int[] {1, 2, 2}), tf.constant(3)))),
        of(
                "AvgPool3DGrad",
                (tf, g) ->
                    volume(
                        tf,
                        "AvgPool3DGrad",
                        tf.constant(
                            Arrays.stream(whole.asArray()).mapToInt(Math::toIntExact).toArray()),
                        g),
                pooled)
            .inSinglePrecisionLike(
                (tf, g) ->
                    tf.math.div(spread(tf, g.get(0)), DerivativeCase.number(tf, g.get(0), 8))),
        of(
                "MaxPool3DGrad",
                (tf, x, g) -> volume(tf, "MaxPool3DGrad", x, volume(tf, "MaxPool3D", x), g),
                whole,
                pooled)
            .inSinglePrecisionLike(
                (tf, x) -> tf.math.mul(spread(tf, x.get(1)), largest(tf, x.get(0)))),
        of(
                "MaxPool3DGradGrad",
                (tf, x, d) -> volume(tf, "MaxPool3DGradGrad", x, volume(tf, "MaxPool3D", x), d),
                whole,
                whole)
            .inSinglePrecisionLike(
                (tf, x) ->
                    tf.sum(
                        blocks(tf, tf.math.mul(x.get(1), largest(tf, x.get(0)))), blockAxes(tf))));
  }

  private static Operand<TNumber> volume(Ops tf, String type, Operand<?>... inputs) {
    return raw(
        tf,
        type,
        builder -> {
          builder.setAttr("ksize", new long[] {1, 2, 2, 2, 1});
          builder.setAttr("strides", new long[] {1, 2, 2, 2, 1});
          builder.setAttr("padding", "VALID");
        },
        inputs);
  }

  private static Operand<TNumber> blocks(Ops tf, Operand<TNumber> x) {
    return tf.reshape(x, tf.constant(new int[] {2, 2, 2, 1, 2, 2, 2, 3}));
  }

  private static Operand<TInt32> blockAxes(Ops tf) {
    return tf.constant(new int[] {2, 4, 6});
  }

  /** Repeats each element over its window. */
  private static Operand<TNumber> spread(Ops tf, Operand<TNumber> pooled) {
    Operand<TNumber> apart = tf.reshape(pooled, tf.constant(new int[] {2, 2, 1, 1, 1, 2, 1, 3}));
    return tf.reshape(
        tf.broadcastTo(apart, tf.constant(new int[] {2, 2, 2, 1, 2, 2, 2, 3})),
        tf.constant(new int[] {2, 4, 2, 4, 3}));
  }

  /** One where a window has its largest element, zero elsewhere. */
  private static Operand<TNumber> largest(Ops tf, Operand<TNumber> x) {
    return tf.select(
        tf.math.equal(x, spread(tf, tf.max(blocks(tf, x), blockAxes(tf)))),
        DerivativeCase.number(tf, x, 1),
        DerivativeCase.number(tf, x, 0));
  }
}
