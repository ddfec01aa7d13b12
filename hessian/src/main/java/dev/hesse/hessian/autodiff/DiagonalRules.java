package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Diagonals and bands of matrices: all of them linear. */
final class DiagonalRules {
  private DiagonalRules() {}

  static void register(Map<String, DerivativeRule> rules) {
    rules.put(
        "MatrixBandPart",
        LinearRule.of((node, g) -> node.reapply(List.of(g, node.input(1), node.input(2)))));
    rules.put("Diag", LinearRule.of((node, g) -> node.apply("DiagPart", List.of(g))));
    rules.put("DiagPart", LinearRule.of((node, g) -> node.apply("Diag", List.of(g))));
    for (String version : List.of("", "V2", "V3")) {
      String part = "MatrixDiagPart" + version;
      String set = "MatrixSetDiag" + version;
      rules.put(
          "MatrixDiag" + version, new LinearRule((node, g) -> diagGradient(node, g.get(0), part)));
      rules.put(part, new LinearRule((node, g) -> partGradient(node, g.get(0), set)));
      rules.put(set, new LinearRule((node, g) -> setGradient(node, g.get(0), part)));
    }
  }

  /** From a diagonal and, in later versions, its place, the matrix's size and a padding. */
  private static List<Operand<TNumber>> diagGradient(Node node, Operand<TNumber> g, String part) {
    if (node.inputs() == 1) {
      return List.of(node.apply(part, List.of(g)));
    }
    Operand<TNumber> diagonal = node.apply(part, List.of(g, node.input(1), node.scalar(0)));
    Ops tf = node.tf();
    return List.of(diagonal, tf.math.sub(Sums.total(tf, g), Sums.total(tf, diagonal)));
  }

  /** From a matrix and, in later versions, which diagonals and a padding for short ones. */
  private static List<Operand<TNumber>> partGradient(Node node, Operand<TNumber> g, String set) {
    Operand<TNumber> zeros = node.zerosLikeInput(0);
    if (node.inputs() == 1) {
      return List.of(node.apply(set, List.of(zeros, g)));
    }
    Operand<TNumber> matrix = node.apply(set, List.of(zeros, g, node.input(1)));
    Ops tf = node.tf();
    return List.of(matrix, tf.math.sub(Sums.total(tf, g), Sums.total(tf, matrix)));
  }

  /** From a matrix, a diagonal and, in later versions, its place. */
  private static List<Operand<TNumber>> setGradient(Node node, Operand<TNumber> g, String part) {
    List<Operand<?>> outside = new ArrayList<>(List.of(g, node.zerosLikeInput(1)));
    List<Operand<?>> inside = new ArrayList<>(List.of(g));
    if (node.inputs() == 3) {
      outside.add(node.input(2));
      inside.add(node.input(2));
      inside.add(node.scalar(0));
    }
    return List.of(node.reapply(outside), node.apply(part, inside));
  }
}
