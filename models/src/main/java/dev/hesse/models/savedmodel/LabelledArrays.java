package dev.hesse.models.savedmodel;

import dev.hesse.io.DataArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Examples for a model. The first dimension of every array numbers the examples, but for constants:
 * numbers without a dimension, and arrays that have an input's fixed shape. What is deferred is
 * read by examples, but for labels and constants.
 *
 * @param source where they are from, for reports
 * @param inputs by a name of the signature's inputs, or any tensor's
 * @param unnamed of the one input that the loss needs beside these
 * @param labels class numbers, or targets in the output's shape; empty where the graph computes its
 *     loss from inputs alone
 */
public record LabelledArrays(
    String source,
    Map<String, DataArray> inputs,
    Optional<DataArray> unnamed,
    Optional<DataArray> labels) {
  public LabelledArrays {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /** Of a model with one input. */
  public static LabelledArrays of(DataArray input, DataArray labels) {
    return new LabelledArrays("arrays", Map.of(), Optional.of(input), Optional.of(labels));
  }

  /** Of a model with several inputs. */
  public static LabelledArrays of(Map<String, DataArray> inputs, DataArray labels) {
    return new LabelledArrays("arrays", inputs, Optional.empty(), Optional.of(labels));
  }
}
