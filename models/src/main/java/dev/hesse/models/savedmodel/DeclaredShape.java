package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The shape that a model says an input has.
 *
 * @param dimensions −1 where one is open; empty if not even their number is known
 */
public record DeclaredShape(Optional<List<Long>> dimensions) {

  public DeclaredShape {
    dimensions = dimensions.map(List::copyOf);
  }

  static DeclaredShape of(TensorShapeProto shape) {
    return new DeclaredShape(
        shape.getUnknownRank()
            ? Optional.empty()
            : Optional.of(
                shape.getDimList().stream()
                    .map(TensorShapeProto.Dim::getSize)
                    .collect(Collectors.toList())));
  }

  /** Whether an array is a value of its own, not one for each of {@code examples}. */
  boolean isConstant(DataArray array, long examples) {
    long[] shape = array.shape();
    return shape.length == 0
        || (shape[0] != examples
            && dimensions.map(d -> d.equals(LongStream.of(shape).boxed().toList())).orElse(false));
  }

  boolean isScalar() {
    return dimensions.filter(List::isEmpty).isPresent();
  }

  /** The batch that the model was written for, if it is only one. */
  Optional<Long> batch() {
    return dimensions.filter(d -> !d.isEmpty() && d.get(0) > 0).map(d -> d.get(0));
  }

  /**
   * The shape of one example of an array; dimensions of 1 are added and left out as declared.
   *
   * @throws BadInputException if the array has another shape than is declared
   */
  List<Long> example(String input, DataArray array) {
    List<Long> given = Arrays.stream(array.shape()).skip(1).boxed().collect(Collectors.toList());
    if (dimensions.isEmpty()) {
      return given;
    }
    List<Long> declared = dimensions.get();
    if (!declared.isEmpty()) {
      List<Long> example = declared.subList(1, declared.size());
      if (fits(example, given)) {
        return given;
      }
      boolean known = example.stream().allMatch(size -> size >= 0);
      if (known && withoutOnes(example).equals(withoutOnes(given))) {
        return example;
      }
    }
    throw new BadInputException(
        "input %s takes arrays of shape %s, got %s"
            .formatted(quote(input), this, Arrays.toString(array.shape())),
        declared.isEmpty() ? "Give one number" : "Reshape the array, or feed another tensor");
  }

  private static boolean fits(List<Long> declared, List<Long> given) {
    if (declared.size() != given.size()) {
      return false;
    }
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i) >= 0 && !declared.get(i).equals(given.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<Long> withoutOnes(List<Long> shape) {
    return shape.stream().filter(size -> size != 1).toList();
  }

  /** With ? for open dimensions. */
  @Override
  public String toString() {
    return dimensions
        .map(
            shape ->
                shape.stream()
                    .map(size -> size < 0 ? "?" : size.toString())
                    .collect(Collectors.joining(", ", "[", "]")))
        .orElse("[...]");
  }
}
