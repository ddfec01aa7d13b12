/**
 * Networks as TensorFlow SavedModels in the layout that TensorFlow Serving polls: {@code
 * NAME/VERSION/} with {@code saved_model.pb}, {@code variables/} and, for what loaders ignore,
 * {@code assets.extra/}. Exported weights are variables, so that a loaded model can be trained on,
 * and they read back as the tensors that they came from.
 */
@NullMarked
package dev.hesse.models.serving;

import org.jspecify.annotations.NullMarked;
