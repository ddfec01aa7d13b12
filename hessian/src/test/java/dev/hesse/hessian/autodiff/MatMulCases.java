package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.BiasAdd;

/** Matrix products and biases. */
final class MatMulCases {
  private MatMulCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(flagged(), broadcast(), einsums(), biases()).flatMap(cases -> cases);
  }

  private static Stream<DerivativeCase> flagged() {
    return Stream.of("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
        .flatMap(
            type ->
                Stream.of(
                    product(type, false, false),
                    product(type, true, false),
                    product(type, false, true),
                    product(type, true, true)));
  }

  private static DerivativeCase product(String type, boolean first, boolean second) {
    long[] a = first ? new long[] {3, 2} : new long[] {2, 3};
    long[] b = second ? new long[] {4, 3} : new long[] {3, 4};
    String name = "%s %b %b".formatted(type, first, second);
    return type.equals("MatMul")
        ? of(
            name,
            (tf, x, y) ->
                tf.linalg.matMul(x, y, MatMul.transposeA(first), MatMul.transposeB(second)),
            shape(a),
            shape(b))
        : batches(name, first, second, shape(5, a[0], a[1]), shape(5, b[0], b[1]));
  }

  private static DerivativeCase batches(
      String name, boolean first, boolean second, Shape a, Shape b) {
    String type = name.replaceAll(" .*", "");
    return of(
        name,
        (tf, x, y) ->
            raw(
                tf,
                type,
                builder -> {
                  builder.setAttr("adj_x", first);
                  builder.setAttr("adj_y", second);
                  if (type.equals("BatchMatMulV3")) {
                    builder.setAttr("Tout", x.asOutput().dataType());
                  }
                },
                x,
                y),
        a,
        b);
  }

  private static Stream<DerivativeCase> broadcast() {
    return Stream.of(
        batches("BatchMatMulV2 by one", false, false, shape(2, 2, 3), shape(3, 2)),
        batches("BatchMatMulV2 of one", true, false, shape(3, 2), shape(2, 3, 2)),
        batches("BatchMatMulV2 both ways", false, true, shape(2, 1, 2, 3), shape(3, 4, 3)),
        batches("BatchMatMulV3 both ways", true, true, shape(3, 1, 3, 2), shape(1, 2, 2, 3)));
  }

  private static Stream<DerivativeCase> einsums() {
    return Stream.of(
        einsum("ab,bc->ac", shape(2, 3), shape(3, 4)),
        einsum("abc,cde->abde", shape(2, 3, 2), shape(2, 2, 3)),
        einsum("aecd,abcd->acbe", shape(2, 3, 2, 2), shape(2, 4, 2, 2)),
        einsum("a,b->ab", shape(3), shape(2)),
        einsum("ab,ab->", shape(2, 3), shape(2, 3)),
        einsum("abx,bcy->ac", shape(2, 3, 2), shape(3, 2, 4)),
        einsum("...ij,...jk->...ik", shape(2, 1, 2, 3), shape(4, 3, 2)),
        einsum("...i,ij->...j", shape(2, 4, 3), shape(3, 2)),
        einsum("i...,i...->...", shape(3, 2, 1), shape(3, 1, 4)),
        einsum("B...,B->...", shape(3, 2), shape(3)),
        of(
            "Einsum of one",
            (tf, x) -> tf.linalg.einsum(java.util.List.of(x), "abc->ca"),
            shape(2, 3, 4)),
        of(
            "Einsum of one with dots",
            (tf, x) -> tf.linalg.einsum(java.util.List.of(x), "a...b->b..."),
            shape(2, 3, 4)));
  }

  private static DerivativeCase einsum(String equation, Shape a, Shape b) {
    return of("Einsum " + equation, (tf, x) -> tf.linalg.einsum(x, equation), a, b);
  }

  private static Stream<DerivativeCase> biases() {
    return Stream.of(
        of("BiasAdd", (tf, x, b) -> tf.nn.biasAdd(x, b), shape(2, 3, 2, 4), shape(4)),
        of("BiasAdd to a matrix", (tf, x, b) -> tf.nn.biasAdd(x, b), shape(2, 4), shape(4)),
        of(
            "BiasAdd NCHW",
            (tf, x, b) -> tf.nn.biasAdd(x, b, BiasAdd.dataFormat("NCHW")),
            shape(2, 4, 3, 2),
            shape(4)),
        of(
            "BiasAdd of a constant",
            (tf, x) ->
                tf.nn.biasAdd(
                    tf.dtypes.cast(tf.constant(new int[][] {{1, 2, 3}, {4, 5, 6}}), x.type()), x),
            shape(3)),
        of("BiasAddV1", (tf, x, b) -> raw(tf, "BiasAddV1", x, b), shape(2, 3, 4), shape(4)),
        of("BiasAddGrad", (tf, x) -> tf.nn.biasAddGrad(x), shape(2, 3, 4)),
        of(
            "BiasAddGrad NCHW",
            (tf, x) -> raw(tf, "BiasAddGrad", b -> b.setAttr("data_format", "NCHW"), x),
            shape(2, 3, 2, 4)));
  }
}
