package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;

/** Functions of one number. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.concat(
        Stream.of(
                "Neg",
                "Square",
                "Abs",
                "Exp",
                "Expm1",
                "Sin",
                "Cos",
                "Atan",
                "Sinh",
                "Cosh",
                "Asinh",
                "Erf",
                "Erfc",
                "Ceil",
                "Floor",
                "Rint",
                "Round",
                "Sign",
                "ZerosLike",
                "OnesLike")
            .map(ElementwiseCases::function),
        Stream.of(
            function("Sqrt").in(0.5, 2),
            function("Rsqrt").in(0.5, 2),
            function("Reciprocal").in(0.5, 2),
            function("Inv").in(-2, -0.5),
            function("Log").in(0.5, 2),
            function("Log1p").in(-0.5, 1),
            function("Tan").in(-1, 1),
            function("Asin").in(-0.8, 0.8),
            function("Acos").in(-0.8, 0.8),
            function("Acosh").in(1.5, 3),
            function("Atanh").in(-0.8, 0.8)));
  }

  private static DerivativeCase function(String type) {
    return of(type, (tf, x) -> raw(tf, type, x), shape(2, 3));
  }
}
