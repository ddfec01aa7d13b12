package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.ints;
import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Reordering, repeating, joining and splitting. */
final class ShapeCases {
  private ShapeCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(identities(), renamings(), orders(), copies(), joins(), splits())
        .flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> identities() {
    return Stream.of(
        of("Identity", (tf, x) -> tf.identity(x), shape(3)),
        of(
            "IdentityN",
            (tf, x) ->
                tf.math.mul(
                    number(tf, x.get(0), 2),
                    tf.identityN(List.of(x.get(0), tf.constant(1), x.get(1)))
                        .output()
                        .get(2)
                        .asOutput()
                        .expect(x.get(0).type())),
            shape(3),
            shape(3)),
        of("Snapshot", (tf, x) -> raw(tf, "Snapshot", x), shape(3)),
        of("PreventGradient", (tf, x) -> raw(tf, "PreventGradient", x), shape(3)),
        of(
            "CheckNumerics",
            (tf, x) -> raw(tf, "CheckNumerics", b -> b.setAttr("message", "x"), x),
            shape(3)),
        of(
            "CheckNumericsV2",
            (tf, x) -> raw(tf, "CheckNumericsV2", b -> b.setAttr("message", "x"), x),
            shape(3)),
        of("EnsureShape", (tf, x) -> tf.ensureShape(x, shape(3)), shape(3)),
        // No rounding but single precision's: a loss in double has differences of 1e-5 / 6e-8.
        of(
            "Cast",
            (tf, x) -> tf.dtypes.cast(tf.dtypes.cast(x, TFloat64.class), x.type()),
            shape(3)),
        of("StopGradient", (tf, x) -> tf.math.mul(tf.stopGradient(number(tf, x, 3)), x), shape(3)));
  }

  private static Stream<DerivativeCase> renamings() {
    return Stream.of(
        of("Reshape", (tf, x) -> tf.reshape(x, tf.constant(new int[] {3, -1})), shape(2, 6)),
        of("ExpandDims", (tf, x) -> tf.expandDims(x, tf.constant(-2)), shape(2, 3)),
        of("Squeeze", (tf, x) -> tf.squeeze(x), shape(1, 3, 1)),
        of(
            "Squeeze of one dimension",
            (tf, x) -> tf.squeeze(x, Squeeze.axis(List.of(0L))),
            shape(1, 3, 1)));
  }

  private static Stream<DerivativeCase> orders() {
    return Stream.of(
        of(
            "Transpose",
            (tf, x) -> tf.linalg.transpose(x, tf.constant(new int[] {2, 0, 1})),
            shape(2, 3, 4)),
        of(
            "Transpose by wide numbers",
            (tf, x) -> tf.linalg.transpose(x, tf.constant(new long[] {1, 0})),
            shape(2, 3)),
        of(
            "Reverse",
            (tf, x) -> raw(tf, "Reverse", x, tf.constant(new boolean[] {true, false})),
            shape(2, 3)),
        of("ReverseV2", (tf, x) -> raw(tf, "ReverseV2", x, ints(tf, -1)), shape(2, 3)),
        of(
            "ReverseSequence",
            (tf, x) -> tf.reverseSequence(x, tf.constant(new int[] {1, 3}), 1L),
            shape(2, 3, 2)),
        of(
            "Roll",
            (tf, x) -> tf.roll(x, tf.constant(new int[] {1, -2}), tf.constant(new int[] {0, 1})),
            shape(3, 4)));
  }

  private static Stream<DerivativeCase> copies() {
    return Stream.of(
        of("Tile", (tf, x) -> tf.tile(x, tf.constant(new int[] {2, 1, 3})), shape(2, 3, 1)),
        of("Tile of a vector", (tf, x) -> tf.tile(x, tf.constant(new long[] {2})), shape(3)),
        of(
            "BroadcastTo",
            (tf, x) -> tf.broadcastTo(x, tf.constant(new int[] {2, 4, 3})),
            shape(4, 1)),
        of("Fill", (tf, x) -> tf.fill(tf.constant(new int[] {2, 3}), x), shape()));
  }

  private static Stream<DerivativeCase> joins() {
    return Stream.of(
        of("ConcatV2", (tf, x) -> tf.concat(x, tf.constant(1)), shape(2, 3), shape(2, 1)),
        of(
            "ConcatV2 with a constant",
            (tf, x) ->
                tf.concat(
                    List.of(x, tf.fill(tf.constant(new int[] {1, 3}), number(tf, x, 2)), x),
                    tf.constant(-2)),
            shape(2, 3)),
        of(
            "Concat",
            (tf, x) -> {
              OperationBuilder builder = tf.scope().env().opBuilder("Concat", "concat", tf.scope());
              builder.addInput(tf.constant(0).asOutput());
              builder.addInputList(new Output<?>[] {x.get(0).asOutput(), x.get(1).asOutput()});
              return builder.build().output(0);
            },
            shape(2, 3),
            shape(1, 3)),
        of("Pack", (tf, x) -> tf.stack(x), shape(2, 3), shape(2, 3)),
        of("Pack last", (tf, x) -> tf.stack(x, Stack.axis(-1L)), shape(2, 3), shape(2, 3)));
  }

  private static Stream<DerivativeCase> splits() {
    return Stream.of(
        of(
            "Split",
            (tf, x) -> {
              List<Output<TNumber>> parts = tf.split(tf.constant(1), x, 3L).output();
              return tf.math.mul(parts.get(0), parts.get(2));
            },
            shape(2, 6)),
        of(
            "Split into one part",
            (tf, x) -> tf.math.square(tf.split(tf.constant(1), x, 1L).output().get(0)),
            shape(2, 3)),
        of(
            "SplitV",
            (tf, x) -> {
              List<Output<TNumber>> parts =
                  tf.splitV(x, tf.constant(new int[] {2, 3, 2}), tf.constant(-1), 3L).output();
              return tf.math.mul(parts.get(0), parts.get(2));
            },
            shape(2, 7)),
        of(
            "Unpack",
            (tf, x) -> {
              List<Output<TNumber>> parts = tf.unstack(x, 3L, Unstack.axis(1L)).output();
              return tf.math.mul(parts.get(0), parts.get(2));
            },
            shape(2, 3, 2)));
  }
}
