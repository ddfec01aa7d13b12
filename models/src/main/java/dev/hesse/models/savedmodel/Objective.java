package dev.hesse.models.savedmodel;

import dev.hesse.io.data.ExampleTable;
import java.util.List;

/**
 * A loss of a model with the examples that it is taken over.
 *
 * @param loss with its parameters
 * @param data every array that it is fed with
 * @param description of the loss in a phrase, such as {@code softmax-cross-entropy of 'logits'}
 * @param warnings of what may not be meant so, sentences without period: an output is taken for
 *     logits that may be none, an array is not used
 */
public record Objective(
    SavedModelLoss loss, ExampleTable data, String description, List<String> warnings) {}
