package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StridedLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.TensorSliceProto;

/**
 * The slices of an index, which come before all tensors. A partitioned tensor's entry says which
 * are its own.
 */
final class Slices {
  /** The first byte of a slice's key, and of no tensor's. */
  private static final byte FIRST = 0;

  private final Map<ByteBuffer, BundleEntry> left = new HashMap<>();

  static boolean isKey(byte[] key) {
    return key[0] == FIRST;
  }

  /** The name of the slice's tensor as far as its first byte of zero. */
  static String tensor(byte[] key) {
    int end = 1;
    while (end < key.length && key[end] != 0) {
      end++;
    }
    return new String(key, 1, end - 1, StandardCharsets.UTF_8);
  }

  void add(byte[] key, BundleEntry entry) {
    left.put(ByteBuffer.wrap(key), entry);
  }

  /** Whether there are slices that no tensor has taken. */
  boolean areLeft() {
    return !left.isEmpty();
  }

  /**
   * The tensor that an entry describes, which takes its slices.
   *
   * @throws BadInputException if a slice is not there, is of another type or shape, or lies beyond
   *     the tensor; if two overlap, or they leave elements out
   */
  PartitionedTensor take(byte[] name, BundleEntryProto proto) {
    DType dtype = BundleEntry.dtype(proto);
    StridedLayout layout = BundleEntry.layout(proto);
    long[] shape = layout.shape();
    List<PartitionedTensor.Part> parts = new ArrayList<>();
    for (TensorSliceProto description : proto.getSlicesList()) {
      TensorSlice slice = TensorSlice.of(description);
      Region region = slice.in(shape);
      BundleEntry entry = left.remove(ByteBuffer.wrap(slice.key(name)));
      if (entry == null) {
        throw damaged("its slice %s is not there, or twice".formatted(quote(slice.toString())));
      }
      if (entry.dtype() != dtype || !Arrays.equals(entry.layout().shape(), region.shape())) {
        throw damaged(
            "its slice %s has the shape %s of %s"
                .formatted(
                    quote(slice.toString()),
                    Arrays.toString(entry.layout().shape()),
                    entry.dtype().label()));
      }
      parts.add(new PartitionedTensor.Part(region, entry));
    }
    return new PartitionedTensor(dtype, layout, parts);
  }
}
