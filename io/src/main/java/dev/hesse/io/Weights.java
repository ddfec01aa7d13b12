package dev.hesse.io;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import java.util.Map;

/**
 * What a weights file says, apart from which file it is.
 *
 * @param tensors by name in file order; names are printable
 * @param metadata short facts beside them
 */
public record Weights(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
  public Weights {
    for (String name : tensors.keySet()) {
      if (!name.chars().allMatch(c -> BadInputException.isPrintable((char) c))) {
        throw damaged("tensor name %s has unprintable characters".formatted(quote(name)));
      }
    }
  }
}
