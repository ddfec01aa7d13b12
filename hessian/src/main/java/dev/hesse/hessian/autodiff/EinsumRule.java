package dev.hesse.hessian.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The rule of Einsum over one or two tensors. The gradient with respect to one of them is again an
 * Einsum, of the output's gradient and the other tensor, repeated along the labels that only the
 * one has.
 */
final class EinsumRule implements DerivativeRule {
  private static final String ELLIPSIS = "...";

  private final MultilinearRule one = new MultilinearRule(EinsumRule::transpose, 0);
  private final MultilinearRule two = new MultilinearRule(EinsumRule::transpose, 0, 1);

  @Override
  public List<@Nullable Operand<TNumber>> gradient(
      Node node, List<@Nullable Operand<TNumber>> outputs) {
    return (node.inputs() == 1 ? one : two).gradient(node, outputs);
  }

  @Override
  public List<@Nullable Operand<TNumber>> tangent(
      Node node, List<@Nullable Operand<TNumber>> inputs) {
    return (node.inputs() == 1 ? one : two).tangent(node, inputs);
  }

  /**
   * A tensor whose dimensions all have a label, those of size 1 that are broadcast left out.
   *
   * @param labels a character a dimension
   * @param sizes of those dimensions
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Term(String labels, long[] sizes) {}

  private static List<Operand<TNumber>> transpose(Node node, Operand<TNumber> g) {
    String[] sides = node.text("equation").replace(" ", "").split("->", -1);
    String[] written = sides[0].split(",", -1);
    for (String labels : written) {
      if (labels.replace(".", "").chars().distinct().count() < labels.replace(".", "").length()) {
        throw new UnsupportedGraphException(
            "%s takes a diagonal, as a label in \"%s\" is repeated"
                .formatted(node, node.text("equation")),
            "Take the diagonal with MatrixDiagPart instead");
      }
    }
    int broadcast = 0;
    for (int i = 0; i < written.length; i++) {
      broadcast = Math.max(broadcast, broadcastDimensions(node, i, written[i]));
    }
    String unused = unusedLabels(node.text("equation"), broadcast);
    List<Term> terms = terms(node, written, unused);
    String output = sides[1].replace(ELLIPSIS, unused);
    List<Operand<TNumber>> gradients = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      gradients.add(gradient(node, g, output, terms, i));
    }
    return gradients;
  }

  private static int broadcastDimensions(Node node, int input, String labels) {
    return labels.contains(ELLIPSIS)
        ? node.inputShape(input).numDimensions() - labels.length() + ELLIPSIS.length()
        : 0;
  }

  private static String unusedLabels(String equation, int count) {
    StringBuilder labels = new StringBuilder();
    for (char label = 'A'; labels.length() < count; label++) {
      if (Character.isLetter(label) && equation.indexOf(label) < 0) {
        labels.append(label);
      }
    }
    return labels.toString();
  }

  private static List<Term> terms(Node node, String[] written, String unused) {
    List<String> labels = new ArrayList<>();
    Map<Character, Long> sizes = new HashMap<>();
    for (int i = 0; i < written.length; i++) {
      int own = broadcastDimensions(node, i, written[i]);
      labels.add(written[i].replace(ELLIPSIS, unused.substring(unused.length() - own)));
      for (int k = 0; k < labels.get(i).length(); k++) {
        sizes.merge(labels.get(i).charAt(k), node.inputShape(i).get(k), Math::max);
      }
    }
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < written.length; i++) {
      StringBuilder kept = new StringBuilder();
      for (int k = 0; k < labels.get(i).length(); k++) {
        char label = labels.get(i).charAt(k);
        if (node.inputShape(i).get(k) == sizes.getOrDefault(label, 1L)) {
          kept.append(label);
        }
      }
      terms.add(
          new Term(
              kept.toString(),
              kept.chars().mapToLong(label -> sizes.getOrDefault((char) label, 1L)).toArray()));
    }
    return terms;
  }

  private static Operand<TNumber> gradient(
      Node node, Operand<TNumber> g, String output, List<Term> terms, int input) {
    Ops tf = node.tf();
    List<Operand<TNumber>> factors = new ArrayList<>(List.of(g));
    String labels = output;
    for (int other = 0; other < terms.size(); other++) {
      if (other != input) {
        factors.add(tf.reshape(node.input(other), tf.constant(terms.get(other).sizes())));
        labels += "," + terms.get(other).labels();
      }
    }
    Term term = terms.get(input);
    StringBuilder present = new StringBuilder();
    long[] partial = term.sizes().clone();
    for (int k = 0; k < partial.length; k++) {
      char label = term.labels().charAt(k);
      if (labels.indexOf(label) >= 0) {
        present.append(label);
      } else {
        partial[k] = 1;
      }
    }
    Operand<TNumber> product = tf.linalg.einsum(factors, labels + "->" + present);
    Operand<TNumber> repeated =
        Sums.broadcast(tf, tf.reshape(product, tf.constant(partial)), Shape.of(term.sizes()));
    return tf.reshape(repeated, tf.constant(node.inputShape(input).asArray()));
  }
}
