package dev.hesse.hessian.autodiff;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.family.TNumber;

/**
 * Taking slices of a tensor at indices along an axis, and its transpose, which adds slices up.
 *
 * @param axis of the tensor, counted from its front
 * @param batchDimensions how many dimensions the tensor and the indices share, not above axis
 */
record Gathering(int axis, int batchDimensions) {

  /** The slices of x in the shape of the indices. */
  Operand<TNumber> gather(Ops tf, Operand<TNumber> x, Operand<TNumber> indices) {
    return tf.gather(x, indices, tf.constant(axis), Gather.batchDims((long) batchDimensions));
  }

  /**
   * The transpose of {@link #gather}, a sum over segments: the indexed dimensions of g come right
   * after those of the batch, and each element of the batch has its own segments.
   *
   * @param shape of the tensor that was gathered from
   */
  Operand<TNumber> scatter(Ops tf, Operand<TNumber> g, Operand<TNumber> indices, Shape shape) {
    int indexed = indices.shape().numDimensions() - batchDimensions;
    int outer = axis - batchDimensions;
    int rank = g.shape().numDimensions();
    Operand<TNumber> rows =
        outer == 0
            ? g
            : tf.linalg.transpose(g, tf.constant(moveBlock(rank, batchDimensions, outer, indexed)));
    long batches = LongStream.of(shape.asArray()).limit(batchDimensions).reduce(1, (a, b) -> a * b);
    long size = shape.get(axis);
    Operand<TNumber> sums =
        tf.math.unsortedSegmentSum(
            rows, segments(tf, indices, batches, size), tf.constant(batches * size));
    long[] split =
        LongStream.concat(
                LongStream.concat(
                    LongStream.of(shape.asArray()).limit(batchDimensions), LongStream.of(size)),
                LongStream.concat(
                    LongStream.of(shape.asArray()).skip(batchDimensions).limit(outer),
                    LongStream.of(shape.asArray()).skip(axis + 1)))
            .toArray();
    Operand<TNumber> byBatch = tf.reshape(sums, tf.constant(split));
    return outer == 0
        ? byBatch
        : tf.linalg.transpose(
            byBatch, tf.constant(moveBlock(split.length, batchDimensions, 1, outer)));
  }

  /** The order that swaps two neighbouring blocks of dimensions. */
  private static int[] moveBlock(int rank, int start, int first, int second) {
    return IntStream.range(0, rank)
        .map(
            i ->
                i < start || i >= start + first + second
                    ? i
                    : i < start + second ? i + first : i - second)
        .toArray();
  }

  private Operand<TNumber> segments(Ops tf, Operand<TNumber> indices, long batches, long size) {
    if (batchDimensions == 0) {
      return indices;
    }
    long[] shape = indices.shape().asArray();
    for (int i = batchDimensions; i < shape.length; i++) {
      shape[i] = 1;
    }
    long[] offsets = LongStream.range(0, batches).map(batch -> batch * size).toArray();
    Operand<TNumber> starts =
        tf.dtypes.cast(tf.reshape(tf.constant(offsets), tf.constant(shape)), indices.type());
    return tf.math.add(indices, starts);
  }
}
