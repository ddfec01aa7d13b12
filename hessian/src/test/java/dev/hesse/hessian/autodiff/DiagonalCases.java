package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;

/** Diagonals and bands. */
final class DiagonalCases {
  private DiagonalCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.concat(first(), Stream.of("V2", "V3").flatMap(DiagonalCases::later));
  }

  private static Stream<DerivativeCase> first() {
    return Stream.of(
        of(
            "MatrixBandPart",
            (tf, x) -> tf.linalg.bandPart(x, tf.constant(1L), tf.constant(0L)),
            shape(2, 3, 3)),
        of("Diag", (tf, x) -> raw(tf, "Diag", x), shape(3)),
        of("DiagPart", (tf, x) -> raw(tf, "DiagPart", x), shape(3, 3)),
        of("MatrixDiag", (tf, x) -> raw(tf, "MatrixDiag", x), shape(2, 3)),
        of("MatrixDiagPart", (tf, x) -> raw(tf, "MatrixDiagPart", x), shape(2, 3, 4)),
        of(
            "MatrixSetDiag",
            (tf, x, d) -> raw(tf, "MatrixSetDiag", x, d),
            shape(2, 3, 4),
            shape(2, 3)));
  }

  private static Stream<DerivativeCase> later(String version) {
    return Stream.of(
        of(
            "MatrixDiag" + version,
            (tf, d, padding) ->
                raw(
                    tf,
                    "MatrixDiag" + version,
                    d,
                    tf.constant(new int[] {-1, 1}),
                    tf.constant(3),
                    tf.constant(4),
                    padding),
            shape(2, 3, 3),
            shape()),
        of(
            "MatrixDiagPart" + version,
            (tf, x, padding) ->
                raw(tf, "MatrixDiagPart" + version, x, tf.constant(new int[] {-1, 1}), padding),
            shape(2, 3, 4),
            shape()),
        of(
            "MatrixSetDiag" + version,
            (tf, x, d) -> raw(tf, "MatrixSetDiag" + version, x, d, tf.constant(1)),
            shape(2, 3, 4),
            shape(2, 3)));
  }
}
