package dev.hesse.models.savedmodel;

import dev.hesse.models.Loss;
import java.util.Optional;

/**
 * Which loss of a model. What is empty, the model and the labels say.
 *
 * @param signature by name; otherwise {@code serving_default}, or the only one
 * @param output a name of the signature's outputs, or any tensor's; otherwise the signature's only
 *     output of floating-point numbers
 * @param lossOutput the same of a tensor that is itself the loss: a scalar, or a number for each
 *     example, of which the mean is taken. Labels are inputs then.
 * @param loss otherwise that of the softmax or sigmoid that the output ends with, else the one that
 *     the labels fit alone
 */
public record ObjectiveOptions(
    Optional<String> signature,
    Optional<String> output,
    Optional<String> lossOutput,
    Optional<Loss> loss) {

  /** All as the model and the labels say. */
  public static final ObjectiveOptions DEFAULT =
      new ObjectiveOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public ObjectiveOptions {
    if (lossOutput.isPresent() && (output.isPresent() || loss.isPresent())) {
      throw new IllegalArgumentException(
          "expected either a lossOutput, or an output with a loss, got both");
    }
  }
}
