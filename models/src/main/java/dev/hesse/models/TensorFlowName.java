package dev.hesse.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a layer's variable as Keras and TensorFlow 1 give it, such as {@code
 * resnet/conv2d_3/kernel}, {@code layer_with_weights-7/gamma/.ATTRIBUTES/VARIABLE_VALUE} or {@code
 * dense/bias:0}.
 *
 * @param text the whole name, as the file has it
 * @param layer the path of the layer
 * @param attribute which of the layer's variables
 */
record TensorFlowName(String text, List<Part> layer, String attribute) {

  /** Layers in the order of their numbers where they differ in a number only. */
  static final Comparator<TensorFlowName> BY_NUMBERS =
      (a, b) -> Arrays.compare(a.layer.toArray(Part[]::new), b.layer.toArray(Part[]::new));

  static final String KERNEL = "kernel";
  static final String BIAS = "bias";
  static final String GAMMA = "gamma";
  static final String BETA = "beta";
  static final String MOVING_MEAN = "moving_mean";
  static final String MOVING_VARIANCE = "moving_variance";
  private static final Set<String> ATTRIBUTES =
      Set.of(KERNEL, BIAS, GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE);

  private static final Pattern SUFFIX = Pattern.compile("/\\.ATTRIBUTES/VARIABLE_VALUE$|:\\d+$");

  /**
   * A name between slashes.
   *
   * @param base without its number
   * @param number at its end; −1 for none, as in the first of {@code conv2d}, {@code conv2d_1}
   */
  record Part(String base, int number) implements Comparable<Part> {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)[-_]?(\\d{1,9})");
    private static final Comparator<Part> ORDER =
        Comparator.comparing(Part::base).thenComparingInt(Part::number);

    static Part of(String text) {
      Matcher matcher = NUMBERED.matcher(text);
      return matcher.matches()
          ? new Part(matcher.group(1), Integer.parseInt(matcher.group(2)))
          : new Part(text, -1);
    }

    @Override
    public int compareTo(Part other) {
      return ORDER.compare(this, other);
    }
  }

  /** Empty if the name is not that of a layer's variable. */
  static Optional<TensorFlowName> parse(String text) {
    List<String> parts = new ArrayList<>(parts(text));
    String attribute = parts.remove(parts.size() - 1);
    return parts.isEmpty() || !ATTRIBUTES.contains(attribute)
        ? Optional.empty()
        : Optional.of(new TensorFlowName(text, parts.stream().map(Part::of).toList(), attribute));
  }

  /** What is between the slashes, without the endings of object graphs and of graph tensors. */
  static List<String> parts(String text) {
    return Arrays.asList(SUFFIX.matcher(text).replaceFirst("").split("/", -1));
  }

  /** Whether the order of two layers is that of their numbers, and not a matter of spelling. */
  boolean isNumberedLike(TensorFlowName other) {
    for (int i = 0; i < Math.min(layer.size(), other.layer.size()); i++) {
      if (!layer.get(i).equals(other.layer.get(i))) {
        return layer.get(i).base().equals(other.layer.get(i).base());
      }
    }
    return false;
  }
}
