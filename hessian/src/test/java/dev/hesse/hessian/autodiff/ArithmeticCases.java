package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.number;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TNumber;

/** Arithmetic and choices, with all ways of broadcasting. */
final class ArithmeticCases {
  private ArithmeticCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
            Stream.of("AddV2", "Sub", "Mul", "MulNoNan", "SquaredDifference", "Maximum", "Minimum")
                .flatMap(ArithmeticCases::broadcast),
            Stream.of(
                    "Div",
                    "RealDiv",
                    "DivNoNan",
                    "Pow",
                    "Xlogy",
                    "Xlog1py",
                    "Xdivy",
                    "Atan2",
                    "FloorMod",
                    "FloorDiv")
                .flatMap(ArithmeticCases::broadcast)
                .map(each -> each.in(0.5, 2)),
            sums(),
            powers(),
            choices())
        .flatMap(cases -> cases);
  }

  /** One operation over equal shapes, rows, columns, dimensions of size 1 and scalars. */
  private static Stream<DerivativeCase> broadcast(String type) {
    return Stream.of(
        binary(type, shape(2, 3), shape(2, 3)),
        binary(type, shape(3), shape(2, 3)),
        binary(type, shape(2, 1), shape(2, 3)),
        binary(type, shape(2, 1, 3), shape(4, 1)),
        binary(type, shape(2, 3), shape()),
        binary(type, shape(), shape(1, 2)),
        binary(type, shape(), shape()));
  }

  private static DerivativeCase binary(String type, Shape a, Shape b) {
    return of("%s %s %s".formatted(type, a, b), (tf, x, y) -> raw(tf, type, x, y), a, b);
  }

  private static Stream<DerivativeCase> sums() {
    return Stream.of(
        binary("Add", shape(2, 3), shape(2, 3)),
        of("AddN", (tf, x) -> tf.math.addN(x), shape(4), shape(4), shape(4)),
        of("AccumulateNV2", (tf, x) -> tf.math.accumulateN(x, Shape.of(4)), shape(4), shape(4)),
        of("Mul of a number by itself", (tf, x) -> tf.math.mul(x, x), shape(3)));
  }

  private static Stream<DerivativeCase> powers() {
    return Stream.of(0.0, 1.0, 2.0, 3.0)
        .map(
            exponent ->
                of(
                        "Pow of negative numbers to " + exponent,
                        (tf, x) -> tf.math.pow(x, number(tf, x, exponent)),
                        shape(4))
                    .in(-2, -0.5));
  }

  private static Stream<DerivativeCase> choices() {
    return Stream.of(
        of(
            "Select",
            (tf, a, b) -> raw(tf, "Select", condition(tf), a, b),
            shape(2, 3),
            shape(2, 3)),
        of(
            "Select by rows",
            (tf, a, b) -> raw(tf, "Select", tf.constant(new boolean[] {true, false}), a, b),
            shape(2, 3),
            shape(2, 3)),
        of("SelectV2", (tf, a, b) -> tf.select(condition(tf), a, b), shape(2, 3), shape(2, 3)),
        of(
            "SelectV2 broadcast",
            (tf, a, b) -> tf.select(condition(tf), a, b),
            shape(4, 1, 3),
            shape()),
        of(
            "SelectV2 against a constant",
            (tf, a) -> tf.select(condition(tf), number(tf, a, 7), a),
            shape(2, 3)),
        of(
            "ClipByValue",
            (tf, x) -> tf.clipByValue(x, number(tf, x, -0.5), number(tf, x, 0.8)),
            shape(3, 4)),
        of("ClipByValue between scalars", ArithmeticCases::clip, shape(3, 4), shape(), shape()));
  }

  private static Operand<TNumber> clip(Ops tf, List<Operand<TNumber>> x) {
    Operand<TNumber> low = tf.math.sub(number(tf, x.get(1), -0.5), tf.math.square(x.get(1)));
    return tf.clipByValue(x.get(0), low, tf.math.square(x.get(2)));
  }

  private static Operand<TBool> condition(Ops tf) {
    return tf.constant(new boolean[][] {{true, false, true}, {false, false, true}});
  }
}
