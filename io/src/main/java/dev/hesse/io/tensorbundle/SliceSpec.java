package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.List;

/**
 * Which slice of a checkpoint's tensor a variable is, as TensorFlow's operations {@code SaveV2} and
 * {@code RestoreV2} take it: the tensor's shape, then of each dimension the first index and the
 * number of indices, or {@code -} for all, as in {@code 30 5 0,10:-}.
 *
 * <p>Source: TensorFlow, {@code ParseShapeAndSlice} of {@code saved_tensor_slice_util.cc}.
 */
public final class SliceSpec {
  private final long[] shape;
  private final TensorSlice slice;

  private SliceSpec(long[] shape, TensorSlice slice) {
    this.shape = shape;
    this.slice = slice;
  }

  /**
   * Reads a slice's text.
   *
   * @throws BadInputException if it is none
   */
  public static SliceSpec parse(String text) {
    try {
      List<String> words = List.of(text.split(" ", -1));
      if (words.size() < 2) {
        throw damaged("it has no shape");
      }
      long[] shape =
          words.subList(0, words.size() - 1).stream().mapToLong(TensorSlice::number).toArray();
      return new SliceSpec(shape, TensorSlice.parse(words.get(words.size() - 1)));
    } catch (BadInputException e) {
      throw e.in("slice " + quote(text));
    }
  }

  /**
   * The slice of a tensor. It shares the tensor's memory where no other elements lie between its
   * own, and is a copy otherwise.
   *
   * @throws BadInputException if the tensor has another shape, or the slice lies beyond it
   */
  public StoredTensor of(StoredTensor tensor) {
    if (!Arrays.equals(shape, tensor.shape())) {
      throw damaged(
          "it is a slice of a tensor of shape %s, which has %s in the checkpoint"
              .formatted(Arrays.toString(shape), Arrays.toString(tensor.shape())));
    }
    return slice.in(shape).of(tensor);
  }
}
