package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Layers as Keras and others write them. */
final class NetworkCases {
  private NetworkCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
        of(
            "a transformer block",
            NetworkCases::transformer,
            shape(5, 4),
            shape(4, 3, 2, 2),
            shape(2, 2, 4),
            shape(4),
            shape(4),
            shape(4, 3),
            shape(3, 4)),
        of(
            "an inverted residual block",
            NetworkCases::invertedResidual,
            shape(1, 1, 2, 4),
            shape(3, 3, 4, 1),
            shape(1, 1, 4, 2),
            shape(4)),
        of(
            "two steps of a long short-term memory",
            NetworkCases::longShortTermMemory,
            shape(3, 8),
            shape(2, 8),
            shape(8)));
  }

  /** Embedding, attention with two heads, layer norm and a dense layer, each with a residual. */
  private static Operand<TNumber> transformer(Ops tf, List<Operand<TNumber>> p) {
    Operand<TInt32> tokens = tf.constant(new int[][] {{3, 0, 3}, {1, 4, 2}});
    Operand<TNumber> x = tf.gather(p.get(0), tokens, tf.constant(0), Gather.batchDims(0L));
    Operand<TNumber> attended = attention(tf, x, p.get(1), p.get(2));
    Operand<TNumber> normal = layerNorm(tf, tf.math.add(x, attended), p.get(3), p.get(4));
    Operand<TNumber> hidden = gelu(tf, tf.linalg.einsum(List.of(normal, p.get(5)), "abc,cd->abd"));
    return tf.math.add(normal, tf.linalg.einsum(List.of(hidden, p.get(6)), "abc,cd->abd"));
  }

  private static Operand<TNumber> attention(
      Ops tf, Operand<TNumber> x, Operand<TNumber> projections, Operand<TNumber> joining) {
    List<Output<TNumber>> each =
        tf.unstack(tf.linalg.einsum(List.of(x, projections), "btc,cphn->pbthn"), 3L).output();
    Operand<TNumber> scores =
        tf.linalg.einsum(List.of(each.get(0), each.get(1)), "bthn,bshn->bhts");
    Operand<TNumber> masked =
        tf.select(
            tf.constant(
                new boolean[][] {{true, false, false}, {true, true, false}, {true, true, true}}),
            tf.math.mul(scores, number(tf, x, Math.sqrt(0.5))),
            number(tf, x, -1e9));
    Operand<TNumber> mixed =
        tf.linalg.einsum(List.of(tf.nn.softmax(masked), each.get(2)), "bhts,bshn->bthn");
    return tf.linalg.einsum(List.of(mixed, joining), "bthn,hnc->btc");
  }

  /** As tf.nn.moments has it: the gradient stops at the mean inside the variance. */
  private static Operand<TNumber> layerNorm(
      Ops tf, Operand<TNumber> x, Operand<TNumber> scale, Operand<TNumber> offset) {
    Operand<TInt32> last = tf.constant(-1);
    Operand<TNumber> mean = tf.math.mean(x, last, Mean.keepDims(true));
    Operand<TNumber> variance =
        tf.math.mean(
            tf.math.squaredDifference(x, tf.stopGradient(mean)), last, Mean.keepDims(true));
    Operand<TNumber> inverse = tf.math.rsqrt(tf.math.add(variance, number(tf, x, 1e-3)));
    Operand<TNumber> slope = tf.math.mul(inverse, scale);
    return tf.math.add(tf.math.mul(x, slope), tf.math.sub(offset, tf.math.mul(mean, slope)));
  }

  private static Operand<TNumber> gelu(Ops tf, Operand<TNumber> x) {
    Operand<TNumber> erf = tf.math.erf(tf.math.mul(x, number(tf, x, Math.sqrt(0.5))));
    Operand<TNumber> half = tf.math.mul(x, number(tf, x, 0.5));
    return tf.math.mul(half, tf.math.add(erf, number(tf, x, 1)));
  }

  private static Operand<TNumber> invertedResidual(Ops tf, List<Operand<TNumber>> p) {
    List<Long> ones = List.of(1L, 1L, 1L, 1L);
    Operand<TNumber> x =
        tf.math.cos(
            tf.dtypes.cast(
                tf.reshape(
                    tf.range(tf.constant(0), tf.constant(60), tf.constant(1)),
                    tf.constant(new int[] {2, 5, 3, 2})),
                p.get(0).type()));
    Operand<TNumber> wide = tf.nn.biasAdd(tf.nn.conv2d(x, p.get(0), ones, "SAME"), p.get(3));
    Operand<TNumber> mixed =
        tf.nn.depthwiseConv2dNative(raw(tf, "Relu6", wide), p.get(1), ones, "SAME");
    Operand<TNumber> narrow = tf.nn.conv2d(raw(tf, "Relu6", mixed), p.get(2), ones, "SAME");
    return tf.math.mean(tf.math.add(x, narrow), tf.constant(new int[] {1, 2}));
  }

  private static Operand<TNumber> longShortTermMemory(Ops tf, List<Operand<TNumber>> p) {
    Operand<TNumber> h = tf.fill(tf.constant(new int[] {2, 2}), number(tf, p.get(0), 0.5));
    Operand<TNumber> c = h;
    for (int step = 0; step < 2; step++) {
      Operand<TNumber> x = tf.fill(tf.constant(new int[] {2, 3}), number(tf, p.get(0), step - 0.3));
      Operand<TNumber> sums =
          tf.math.add(
              tf.linalg.matMul(x, p.get(0)),
              tf.nn.biasAdd(tf.linalg.matMul(h, p.get(1)), p.get(2)));
      List<Output<TNumber>> gates = tf.split(tf.constant(1), sums, 4L).output();
      c =
          tf.math.add(
              tf.math.mul(tf.math.sigmoid(gates.get(1)), c),
              tf.math.mul(tf.math.sigmoid(gates.get(0)), tf.math.tanh(gates.get(2))));
      h = tf.math.mul(tf.math.sigmoid(gates.get(3)), tf.math.tanh(c));
    }
    return h;
  }
}
