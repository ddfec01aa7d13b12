package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TInt32;

/** Taking and adding up slices by index, with indices that repeat. */
final class GatherCases {
  private GatherCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(gathers(), batched(), points(), segments()).flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> gathers() {
    return Stream.of(
        of(
            "Gather",
            (tf, x) -> raw(tf, "Gather", x, tf.constant(new int[] {2, 0, 2})),
            shape(3, 2)),
        gather("of rows", 0, 0, shape(4, 3), 2, 0, 2),
        gather("of columns", 1, 0, shape(2, 4, 3), 3, 3, 0),
        gather("of the last dimension", -1, 0, shape(2, 4), 1, 1, 3),
        of(
            "GatherV2 by a matrix",
            (tf, x) ->
                tf.gather(x, tf.constant(new long[][] {{1, 0, 1}, {2, 2, 2}}), tf.constant(1)),
            shape(2, 3, 2)),
        of(
            "GatherV2 by a scalar",
            (tf, x) -> tf.gather(x, tf.constant(1), tf.constant(0)),
            shape(3, 2)),
        of("TopKV2", (tf, x) -> tf.nn.topK(x, tf.constant(2), TInt32.class).values(), shape(3, 4)),
        of(
            "TopKV2 of a vector",
            (tf, x) -> tf.nn.topK(x, tf.constant(3), TInt32.class).values(),
            shape(5)));
  }

  private static DerivativeCase gather(
      String name, int axis, int batchDimensions, Shape shape, int... indices) {
    return of(
        "GatherV2 " + name,
        (tf, x) ->
            tf.gather(
                x,
                tf.constant(indices),
                tf.constant(axis),
                Gather.batchDims((long) batchDimensions)),
        shape);
  }

  private static Stream<DerivativeCase> batched() {
    return Stream.of(
        batched(1, 1, shape(2, 4), new int[] {3, 3, 0, 1, 0, 1}, shape(2, 3)),
        batched(2, 1, shape(2, 3, 4), new int[] {3, 3, 0, 1}, shape(2, 2)),
        batched(1, 1, shape(2, 3, 2), new int[] {2, 0}, shape(2)),
        batched(-1, 2, shape(2, 2, 3), new int[] {2, 0, 1, 1, 0, 0, 2, 2}, shape(2, 2, 2)),
        batched(1, -1, shape(2, 4, 2), new int[] {3, 3, 0, 1}, shape(2, 2)));
  }

  private static DerivativeCase batched(
      int axis, int batchDimensions, Shape shape, int[] indices, Shape indexed) {
    return of(
        "GatherV2 over %d with %d batch dimensions".formatted(axis, batchDimensions),
        (tf, x) ->
            tf.gather(
                x,
                tf.reshape(tf.constant(indices), tf.constant(indexed.asArray())),
                tf.constant(axis),
                Gather.batchDims((long) batchDimensions)),
        shape);
  }

  private static Stream<DerivativeCase> points() {
    return Stream.of(
        of("GatherNd", (tf, x) -> tf.gatherNd(x, places(tf)), shape(3, 4)),
        of("GatherNd of rows", (tf, x) -> tf.gatherNd(x, rows(tf)), shape(3, 2)),
        of(
            "ScatterNd",
            (tf, x) -> tf.scatterNd(places(tf), x, tf.constant(new int[] {3, 4})),
            shape(3)),
        of(
            "ScatterNd of rows",
            (tf, x) -> tf.scatterNd(rows(tf), x, tf.constant(new int[] {3, 2})),
            shape(3, 2)),
        of(
            "TensorScatterAdd",
            (tf, x, u) -> tf.tensorScatterNdAdd(x, places(tf), u),
            shape(3, 4),
            shape(3)),
        of(
            "TensorScatterSub",
            (tf, x, u) -> tf.tensorScatterNdSub(x, places(tf), u),
            shape(3, 4),
            shape(3)),
        of(
            "TensorScatterUpdate",
            (tf, x, u) -> tf.tensorScatterNdUpdate(x, tf.constant(new int[][] {{2}, {0}}), u),
            shape(3, 2),
            shape(2, 2)));
  }

  private static Operand<TInt32> places(Ops tf) {
    return tf.constant(new int[][] {{2, 1}, {0, 3}, {2, 1}});
  }

  private static Operand<TInt32> rows(Ops tf) {
    return tf.constant(new int[][] {{2}, {0}, {2}});
  }

  private static Stream<DerivativeCase> segments() {
    return Stream.of(
        of(
            "UnsortedSegmentSum",
            (tf, x) ->
                tf.math.unsortedSegmentSum(x, tf.constant(new int[] {2, 0, -1, 2}), tf.constant(4)),
            shape(4, 2)),
        of(
            "UnsortedSegmentSum of a matrix of rows",
            (tf, x) ->
                tf.math.unsortedSegmentSum(
                    x, tf.constant(new long[][] {{1, 1}, {0, 1}}), tf.constant(2)),
            shape(2, 2, 3)),
        sorted("SegmentSum"),
        sorted("SegmentMean"));
  }

  private static DerivativeCase sorted(String type) {
    return of(
        type,
        (tf, x) ->
            tf.ensureShape(raw(tf, type, x, tf.constant(new int[] {0, 0, 1, 2})), shape(3, 2)),
        shape(4, 2));
  }
}
