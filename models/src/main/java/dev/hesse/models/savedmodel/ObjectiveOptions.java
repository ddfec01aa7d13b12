package dev.hesse.models.savedmodel;

import dev.hesse.models.Loss;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which loss of a model, by which parameters. What is empty, the model and the labels say.
 *
 * @param signature by name; otherwise {@code serving_default}, or the only one
 * @param output a name of the signature's outputs, or any tensor's; otherwise the signature's only
 *     output of floating-point numbers
 * @param lossOutput the same of a tensor that is itself the loss: a scalar, or a number for each
 *     example, of which the mean is taken. Labels are inputs then.
 * @param loss otherwise that of the softmax or sigmoid that the output ends with, else the one that
 *     the labels fit alone
 * @param fromProbabilities whether cross-entropy is computed from the output's probabilities as
 *     they are; otherwise a softmax or sigmoid that it ends with is taken off
 * @param parameters what the names of the parameters match in some part, of all floating-point
 *     variables that the loss depends on; otherwise the model says which of them are trainable
 * @param exclude what the names of variables match that are no parameters all the same
 */
public record ObjectiveOptions(
    Optional<String> signature,
    Optional<String> output,
    Optional<String> lossOutput,
    Optional<Loss> loss,
    boolean fromProbabilities,
    Optional<Pattern> parameters,
    Optional<Pattern> exclude) {

  /** All as the model and the labels say. */
  public static final ObjectiveOptions DEFAULT = builder().build();

  public ObjectiveOptions {
    if (lossOutput.isPresent() && (output.isPresent() || loss.isPresent() || fromProbabilities)) {
      throw new IllegalArgumentException(
          "expected either a lossOutput, or an output with a loss, got both");
    }
  }

  /** Starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what shall differ from {@link ObjectiveOptions#DEFAULT}. */
  public static final class Builder {
    private Optional<String> signature = Optional.empty();
    private Optional<String> output = Optional.empty();
    private Optional<String> lossOutput = Optional.empty();
    private Optional<Loss> loss = Optional.empty();
    private boolean fromProbabilities;
    private Optional<Pattern> parameters = Optional.empty();
    private Optional<Pattern> exclude = Optional.empty();

    private Builder() {}

    public Builder signature(String signature) {
      this.signature = Optional.of(signature);
      return this;
    }

    public Builder output(String output) {
      this.output = Optional.of(output);
      return this;
    }

    public Builder lossOutput(String lossOutput) {
      this.lossOutput = Optional.of(lossOutput);
      return this;
    }

    public Builder loss(Loss loss) {
      this.loss = Optional.of(loss);
      return this;
    }

    public Builder fromProbabilities(boolean fromProbabilities) {
      this.fromProbabilities = fromProbabilities;
      return this;
    }

    public Builder parameters(Pattern parameters) {
      this.parameters = Optional.of(parameters);
      return this;
    }

    public Builder exclude(Pattern exclude) {
      this.exclude = Optional.of(exclude);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if there is a lossOutput and what is said of an output
     */
    public ObjectiveOptions build() {
      return new ObjectiveOptions(
          signature, output, lossOutput, loss, fromProbabilities, parameters, exclude);
    }
  }
}
