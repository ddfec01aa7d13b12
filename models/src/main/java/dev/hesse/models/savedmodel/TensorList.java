package dev.hesse.models.savedmodel;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a list, some of which may not be set: those it began with, and its last change. No
 * change alters the list that it is made to.
 *
 * @param size number of tensors
 * @param before the list that was changed; null of one that was not
 * @param place of the tensor that the change has set; −1 if it is of the size alone
 */
record TensorList(
    int size, List<TensorName> begun, @Nullable TensorList before, int place, TensorName set) {
  private static final TensorName NOTHING = new TensorName("", 0);

  static TensorList of(List<TensorName> tensors) {
    return new TensorList(tensors.size(), List.copyOf(tensors), null, -1, NOTHING);
  }

  static TensorList unset(int size) {
    return new TensorList(size, List.of(), null, -1, NOTHING);
  }

  TensorList with(int place, TensorName tensor) {
    return new TensorList(Math.max(size, place + 1), List.of(), this, place, tensor);
  }

  TensorList resized(int size) {
    return new TensorList(size, List.of(), this, -1, NOTHING);
  }

  /** One of the tensors that are set. */
  Optional<TensorName> any() {
    int kept = size;
    for (TensorList at = this; at != null; at = at.before) {
      kept = Math.min(kept, at.size);
      if (at.place >= 0 && at.place < kept) {
        return Optional.of(at.set);
      }
      if (kept > 0 && !at.begun.isEmpty()) {
        return Optional.of(at.begun.get(0));
      }
    }
    return Optional.empty();
  }

  /** The tensor at a place, if it is set. */
  Optional<TensorName> get(int wanted) {
    for (TensorList at = this; at != null && wanted < at.size; at = at.before) {
      if (at.place == wanted) {
        return Optional.of(at.set);
      }
      if (wanted < at.begun.size()) {
        return Optional.of(at.begun.get(wanted));
      }
    }
    return Optional.empty();
  }
}
