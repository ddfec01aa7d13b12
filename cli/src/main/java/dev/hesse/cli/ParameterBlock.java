package dev.hesse.cli;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.hessian.linalg.BlockOperator;
import dev.hesse.hessian.linalg.BlockOperator.Range;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Some of a model's parameters, whose diagonal block is analysed.
 *
 * @param name how it was chosen: a pattern, or a layer
 */
record ParameterBlock(String name, List<Parameter> parameters) {
  private static final int SUGGESTED = 4;

  /**
   * Those that a pattern is found in.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if there are none
   */
  static ParameterBlock matching(Pattern pattern, ParameterLayout layout) {
    List<Parameter> found =
        layout.parameters().stream().filter(p -> pattern.matcher(p.name()).find()).toList();
    if (found.isEmpty()) {
      throw CommandException.usage(
          "--block %s matches no parameter".formatted(quote(pattern.pattern())),
          "There are "
              + layout.parameters().stream()
                  .limit(SUGGESTED)
                  .map(p -> quote(p.name()))
                  .collect(Collectors.joining(", "))
              + (layout.parameters().size() > SUGGESTED ? ", …" : ""));
    }
    return new ParameterBlock(pattern.pattern(), found);
  }

  /** One for each layer: the parameters whose names are alike but for their last part. */
  static List<ParameterBlock> layers(ParameterLayout layout) {
    Map<String, List<Parameter>> layers = new LinkedHashMap<>();
    for (Parameter parameter : layout.parameters()) {
      String name = parameter.name();
      int end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
      layers
          .computeIfAbsent(end < 0 ? name : name.substring(0, end), key -> new ArrayList<>())
          .add(parameter);
    }
    return layers.entrySet().stream()
        .map(layer -> new ParameterBlock(layer.getKey(), layer.getValue()))
        .toList();
  }

  BlockOperator of(SymmetricOperator whole) {
    return new BlockOperator(
        whole, parameters.stream().map(p -> new Range(p.offset(), p.offset() + p.size())).toList());
  }

  /** The entries of a vector over all parameters that belong to the block. */
  double[] part(double[] whole) {
    return parameters.stream()
        .flatMapToDouble(p -> Arrays.stream(whole, p.offset(), p.offset() + p.size()))
        .toArray();
  }

  int size() {
    return parameters.stream().mapToInt(Parameter::size).sum();
  }

  /** Where each parameter begins in the block, and last its size. */
  int[] offsets() {
    int[] offsets = new int[parameters.size() + 1];
    for (int i = 0; i < parameters.size(); i++) {
      offsets[i + 1] = offsets[i] + parameters.get(i).size();
    }
    return offsets;
  }
}
