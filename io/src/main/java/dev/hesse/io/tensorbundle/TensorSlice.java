package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.proto.TensorSliceProto;

/**
 * A part of a tensor that has a range of each dimension. Reference: TensorFlow, {@code
 * tensor_slice.proto}.
 */
record TensorSlice(List<Extent> extents) {
  private static final long ALL = -1;

  /** A range of a dimension. */
  record Extent(long start, long length) {
    Extent {
      boolean all = start == 0 && length == ALL;
      if (!all && (start < 0 || length <= 0)) {
        throw damaged("a slice of %d from %d".formatted(length, start));
      }
    }

    @Override
    public String toString() {
      return length == ALL ? "-" : start + "," + length;
    }
  }

  static TensorSlice of(TensorSliceProto proto) {
    return new TensorSlice(
        proto.getExtentList().stream()
            .map(e -> new Extent(e.getStart(), e.hasLength() ? e.getLength() : ALL))
            .toList());
  }

  /** Reads START,LENGTH of each dimension, or {@code -} for all of it, with colons between. */
  static TensorSlice parse(String text) {
    return new TensorSlice(Arrays.stream(text.split(":", -1)).map(TensorSlice::extent).toList());
  }

  private static Extent extent(String text) {
    if (text.equals("-")) {
      return new Extent(0, ALL);
    }
    int comma = text.indexOf(',');
    if (comma < 0) {
      throw damaged("%s is no range of a dimension".formatted(quote(text)));
    }
    return new Extent(number(text.substring(0, comma)), number(text.substring(comma + 1)));
  }

  static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw damaged("%s is no number".formatted(quote(text)));
    }
  }

  /** The slice's key in an index. Reference: TensorFlow, {@code saved_tensor_slice_util.cc}. */
  byte[] key(byte[] tensor) {
    OrderedCode code = new OrderedCode().unsigned(0).text(tensor).unsigned(extents.size());
    extents.forEach(extent -> code.signed(extent.start).signed(extent.length));
    return code.bytes();
  }

  /**
   * Its elements of a tensor.
   *
   * @throws BadInputException if the shape has another number of dimensions, or ends before
   */
  Region in(long[] shape) {
    long[] start = new long[shape.length];
    long[] length = shape.clone();
    boolean inside = extents.size() == shape.length;
    for (int i = 0; inside && i < shape.length; i++) {
      Extent extent = extents.get(i);
      if (extent.length != ALL) {
        start[i] = extent.start;
        length[i] = extent.length;
        inside = extent.start <= shape[i] - extent.length;
      }
    }
    if (!inside) {
      throw damaged(
          "slice %s does not lie in the shape %s"
              .formatted(quote(toString()), Arrays.toString(shape)));
    }
    return new Region(shape, start, length);
  }

  @Override
  public String toString() {
    return extents.stream().map(Extent::toString).collect(Collectors.joining(":"));
  }
}
