package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.types.TInt32;

/** Slices and margins. */
final class SliceCases {
  private SliceCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(slices(), masks(), margins()).flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> slices() {
    return Stream.of(
        of(
            "Slice",
            (tf, x) -> tf.slice(x, tf.constant(new int[] {1, 0}), tf.constant(new int[] {2, -1})),
            shape(4, 3)),
        of(
            "StridedSlice",
            (tf, x) -> tf.stridedSlice(x, ints(tf, 0, 1), ints(tf, 4, 5), ints(tf, 2, 2)),
            shape(4, 5)),
        of(
            "StridedSliceGrad",
            (tf, x) ->
                tf.stridedSliceGrad(
                    ints(tf, 4, 5), ints(tf, 0, 1), ints(tf, 4, 5), ints(tf, 2, 2), x),
            shape(2, 2)));
  }

  private static Stream<DerivativeCase> masks() {
    return Stream.of(
        masked("backwards", new int[][] {{3, 4}, {0, 0}, {-1, -2}}),
        masked(
            "from the ends",
            new int[][] {{9, 1}, {9, 9}, {1, 2}},
            StridedSlice.beginMask(1L),
            StridedSlice.endMask(3L)),
        masked("of one row", new int[][] {{1, 0}, {2, 4}, {1, 1}}, StridedSlice.shrinkAxisMask(1L)),
        masked(
            "with a new dimension",
            new int[][] {{0, 0}, {0, 2}, {1, 1}},
            StridedSlice.newAxisMask(1L)),
        masked(
            "of the last column",
            new int[][] {{0, -1}, {0, 0}, {1, 1}},
            StridedSlice.ellipsisMask(1L),
            StridedSlice.shrinkAxisMask(2L)));
  }

  private static DerivativeCase masked(
      String name, int[][] bounds, StridedSlice.Options... options) {
    return of(
        "StridedSlice " + name,
        (tf, x) ->
            tf.stridedSlice(
                x, ints(tf, bounds[0]), ints(tf, bounds[1]), ints(tf, bounds[2]), options),
        shape(4, 5));
  }

  private static Stream<DerivativeCase> margins() {
    return Stream.of(
        of("Pad", (tf, x) -> raw(tf, "Pad", x, paddings(tf)), shape(2, 3)),
        of("PadV2", (tf, x) -> tf.pad(x, paddings(tf), number(tf, x, 7)), shape(2, 3)),
        of(
            "PadV2 with a computed value",
            (tf, x, value) -> tf.pad(x, paddings(tf), value),
            shape(2, 3),
            shape()),
        of(
            "PadV2 with a computed value alone",
            (tf, value) ->
                tf.pad(tf.fill(ints(tf, 2, 3), number(tf, value, 2)), paddings(tf), value),
            shape()),
        mirrored("MirrorPad", "REFLECT"),
        mirrored("MirrorPad", "SYMMETRIC"),
        mirrored("MirrorPadGrad", "REFLECT"),
        mirrored("MirrorPadGrad", "SYMMETRIC"));
  }

  private static DerivativeCase mirrored(String type, String mode) {
    return of(
        type + " " + mode,
        (tf, x) -> raw(tf, type, builder -> builder.setAttr("mode", mode), x, paddings(tf)),
        shape(4, 6));
  }

  private static Operand<TInt32> paddings(Ops tf) {
    return tf.constant(new int[][] {{0, 1}, {2, 0}});
  }

  private static Operand<TInt32> ints(Ops tf, int... values) {
    return tf.constant(values);
  }
}
