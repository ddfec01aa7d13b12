package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Moving pixels, resizing, and local response normalization. */
final class ImageCases {
  private ImageCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(spaces(), resizing(), normalization()).flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> spaces() {
    Consumer<OperationBuilder> two = builder -> builder.setAttr("block_size", 2);
    int[][] margins = {{1, 0}, {0, 2}};
    return Stream.of(
        of("SpaceToDepth", (tf, x) -> raw(tf, "SpaceToDepth", two, x), shape(2, 4, 2, 3)),
        of("DepthToSpace", (tf, x) -> raw(tf, "DepthToSpace", two, x), shape(2, 2, 1, 8)),
        of(
            "SpaceToBatch",
            (tf, x) -> raw(tf, "SpaceToBatch", two, x, tf.constant(margins)),
            shape(2, 3, 4, 2)),
        of(
            "BatchToSpace",
            (tf, x) -> raw(tf, "BatchToSpace", two, x, tf.constant(margins)),
            shape(4, 3, 4, 2)),
        of(
            "SpaceToBatchND",
            (tf, x) -> tf.spaceToBatchNd(x, tf.constant(new int[] {2, 3}), tf.constant(margins)),
            shape(2, 3, 4, 2)),
        of(
            "BatchToSpaceND",
            (tf, x) -> tf.batchToSpaceNd(x, tf.constant(new int[] {2, 3}), tf.constant(margins)),
            shape(6, 2, 2, 2)));
  }

  private static Stream<DerivativeCase> resizing() {
    return Stream.of("ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor")
        .flatMap(
            type ->
                Stream.of(
                    resize(type, false, false),
                    resize(type, true, false),
                    resize(type, false, true)))
        .flatMap(each -> each);
  }

  /**
   * Both directions of one way to resize. Its results are numbers of single precision, so that it
   * stands beside the product with its matrix, whose columns are the resized images of one pixel.
   */
  private static Stream<DerivativeCase> resize(String type, boolean corners, boolean centers) {
    Consumer<OperationBuilder> attributes =
        builder -> {
          builder.setAttr("align_corners", corners);
          builder.setAttr("half_pixel_centers", centers);
        };
    String name = "%b %b".formatted(corners, centers);
    return Stream.of(
        of(
                "%s %s".formatted(type, name),
                (tf, x) -> raw(tf, type, attributes, x, tf.constant(new int[] {5, 3})),
                shape(2, 3, 4, 2))
            .inSinglePrecisionLike(
                (tf, x) -> product(tf, "bhwc,hwij->bijc", x.get(0), matrix(tf, type, attributes))),
        of(
                "%sGrad %s".formatted(type, name),
                (tf, g) ->
                    raw(
                        tf,
                        type + "Grad",
                        attributes,
                        g,
                        type.equals("ResizeNearestNeighbor")
                            ? tf.constant(new int[] {3, 4})
                            : tf.fill(tf.constant(new int[] {2, 3, 4, 2}), number(tf, g, 0))),
                shape(2, 5, 3, 2))
            .inSinglePrecisionLike(
                (tf, g) -> product(tf, "bijc,hwij->bhwc", g.get(0), matrix(tf, type, attributes))));
  }

  private static Operand<TNumber> product(
      Ops tf, String equation, Operand<TNumber> x, Operand<TNumber> matrix) {
    return tf.linalg.einsum(List.of(x, tf.dtypes.cast(matrix, x.type())), equation);
  }

  private static Operand<TNumber> matrix(
      Ops tf, String type, Consumer<OperationBuilder> attributes) {
    float[][] pixels = new float[12][12];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i][i] = 1;
    }
    Operand<TNumber> resized =
        raw(
            tf,
            type,
            attributes,
            tf.reshape(tf.constant(pixels), tf.constant(new int[] {12, 3, 4, 1})),
            tf.constant(new int[] {5, 3}));
    return tf.reshape(resized, tf.constant(new int[] {3, 4, 5, 3}));
  }

  private static Stream<DerivativeCase> normalization() {
    return Stream.of(
        of(
                "LRN",
                (tf, x) ->
                    raw(
                        tf,
                        "LRN",
                        builder -> {
                          builder.setAttr("depth_radius", 1);
                          builder.setAttr("bias", 1.5f);
                          builder.setAttr("alpha", 0.5f);
                          builder.setAttr("beta", 0.75f);
                        },
                        x),
                shape(2, 2, 1, 5))
            .inSinglePrecisionLike((tf, x) -> normalize(tf, x.get(0))));
  }

  private static Operand<TNumber> normalize(Ops tf, Operand<TNumber> x) {
    Operand<TNumber> padded =
        tf.pad(
            tf.math.square(x),
            tf.constant(new int[][] {{0, 0}, {0, 0}, {0, 0}, {1, 1}}),
            number(tf, x, 0));
    Operand<TNumber> sums = shifted(tf, padded, 0);
    for (int i = 1; i < 3; i++) {
      sums = tf.math.add(sums, shifted(tf, padded, i));
    }
    Operand<TNumber> scale = tf.math.add(number(tf, x, 1.5), tf.math.mul(number(tf, x, 0.5), sums));
    return tf.math.div(x, tf.math.pow(scale, number(tf, x, 0.75)));
  }

  private static Operand<TNumber> shifted(Ops tf, Operand<TNumber> padded, int by) {
    return tf.slice(
        padded, tf.constant(new int[] {0, 0, 0, by}), tf.constant(new int[] {2, 2, 1, 5}));
  }
}
