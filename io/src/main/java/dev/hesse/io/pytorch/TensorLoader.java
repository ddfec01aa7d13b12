package dev.hesse.io.pytorch;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.pytorch.PyValue.TensorValue;
import dev.hesse.io.zip.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Turns tensors into rows of little-endian elements. Contiguous little-endian tensors share the
 * file's memory, all others are copied. All tensors together hold at most four times the file's
 * size and a mebibyte: a few bytes can claim to be an expanded tensor of any size, or many tensors.
 */
final class TensorLoader {
  private static final int FACTOR = 4;
  private static final long FREE = 1 << 20;

  private final FileBytes file;
  private final ByteOrder order;
  private final Map<String, Region> storages;
  private long budget;

  /**
   * @param order of the bytes within an element
   * @param storages where the bytes of each storage lie, all of them
   */
  TensorLoader(FileBytes file, ByteOrder order, Map<String, Region> storages) {
    this.file = file;
    this.order = order;
    this.storages = storages;
    this.budget = FACTOR * file.size() + FREE;
  }

  StoredTensor load(TensorValue tensor) throws IOException {
    ElementType element = tensor.element();
    DType dtype = element.dtype();
    if (dtype == null) {
      throw new BadInputException(
          "elements of type %s are not read, only %s".formatted(element.label(), readable()),
          "In PyTorch, convert the tensor, for example with .float(), and save it again");
    }
    long elements = tensor.layout().elementCount();
    long span = tensor.layout().span();
    if (Math.max(elements, span) > Integer.MAX_VALUE / dtype.bytes()) {
      throw new BadInputException(
          "%d elements of %s are more than the 2 GiB that one tensor may take"
              .formatted(Math.max(elements, span), dtype.label()),
          "In PyTorch, split the tensor or save it in a smaller type");
    }
    budget -= elements * dtype.bytes();
    if (budget < 0) {
      throw new BadInputException(
          "tensors take more than %d times the file's %d bytes".formatted(FACTOR, file.size()),
          "In PyTorch, save a state dict whose tensors do not share or repeat elements: call .clone() on each");
    }
    Region storage = Objects.requireNonNull(storages.get(tensor.storage().key()));
    long start = elements == 0 ? 0 : storage.offset() + tensor.offset() * dtype.bytes();
    ByteBuffer source = file.slice(start, span * dtype.bytes()).order(order);
    return tensor.layout().read(dtype, source);
  }

  private static String readable() {
    return Arrays.stream(DType.values()).map(DType::label).collect(Collectors.joining(", "));
  }
}
