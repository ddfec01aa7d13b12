package dev.hesse.io;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import java.util.List;
import java.util.Map;

/**
 * What a weights file says, apart from which file it is.
 *
 * @param tensors by name in file order; names are printable
 * @param metadata short facts beside them
 * @param omitted names of what else the file holds and is not read, such as an optimizer's state
 */
public record Weights(
    Map<String, StoredTensor> tensors, Map<String, String> metadata, List<String> omitted) {
  public Weights {
    omitted = List.copyOf(omitted);
    for (String name : tensors.keySet()) {
      if (!name.chars().allMatch(c -> BadInputException.isPrintable((char) c))) {
        throw damaged("tensor name %s has unprintable characters".formatted(quote(name)));
      }
    }
  }

  /** Weights of which nothing is omitted. */
  public Weights(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    this(tensors, metadata, List.of());
  }
}
