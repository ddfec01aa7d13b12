package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.ints;
import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;

/** Reductions and running sums. */
final class ReductionCases {
  private ReductionCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
            Stream.of("Sum", "Mean", "Max", "Min", "Prod", "EuclideanNorm")
                .flatMap(ReductionCases::overAxes)
                .map(each -> each.in(0.5, 2)),
            Stream.of("Cumsum", "Cumprod")
                .flatMap(
                    type ->
                        Stream.of(
                            scan(type, 0, false, false),
                            scan(type, 1, true, false),
                            scan(type, -1, false, true),
                            scan(type, -2, true, true)))
                .map(each -> each.in(0.5, 2)),
            Stream.of(
                of("L2Loss", (tf, x) -> tf.nn.l2Loss(x), shape(2, 3)),
                of(
                    "Sum with wide axes",
                    (tf, x) -> tf.sum(x, tf.constant(new long[] {1})),
                    shape(2, 3))))
        .flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> overAxes(String type) {
    return Stream.of(
        of(type, (tf, x) -> raw(tf, type, x, ints(tf, 0, -1)), shape(2, 3, 4)),
        of(
            type + " keeping",
            (tf, x) -> raw(tf, type, b -> b.setAttr("keep_dims", true), x, tf.constant(1)),
            shape(2, 3, 4)),
        of(type + " of a vector", (tf, x) -> raw(tf, type, x, ints(tf, 0)), shape(4)),
        of(type + " over nothing", (tf, x) -> raw(tf, type, x, ints(tf)), shape(2, 3)),
        of(type + " of one", (tf, x) -> raw(tf, type, x, ints(tf, 1)), shape(2, 1, 3)));
  }

  private static DerivativeCase scan(String type, int axis, boolean exclusive, boolean reverse) {
    return of(
        "%s over %d, exclusive %b, reverse %b".formatted(type, axis, exclusive, reverse),
        (tf, x) ->
            raw(
                tf,
                type,
                builder -> {
                  builder.setAttr("exclusive", exclusive);
                  builder.setAttr("reverse", reverse);
                },
                x,
                tf.constant(axis)),
        shape(3, 4));
  }
}
