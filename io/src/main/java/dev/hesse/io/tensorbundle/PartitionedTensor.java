package dev.hesse.io.tensorbundle;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.StridedLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor that a bundle has in slices.
 *
 * @param parts which cover it, each element once
 */
record PartitionedTensor(DType dtype, StridedLayout layout, List<Part> parts) {
  /** A slice and where it belongs. */
  record Part(Region region, BundleEntry entry) {}

  @FunctionalInterface
  interface Reader {
    StoredTensor read(BundleEntry entry) throws IOException;
  }

  PartitionedTensor {
    long covered = 0;
    for (int i = 0; i < parts.size(); i++) {
      Region region = parts.get(i).region();
      if (parts.subList(0, i).stream().anyMatch(part -> part.region().overlaps(region))) {
        throw damaged("its slices overlap");
      }
      covered += StoredTensor.elementCount(region.shape());
    }
    long count = layout.elementCount();
    if (covered != count) {
      throw damaged("its slices have %d of its %d elements".formatted(covered, count));
    }
  }

  /** Puts the slices together, which takes as much memory as they do. */
  StoredTensor assemble(Reader slices) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(layout.elementCount() * dtype.bytes()));
    for (Part part : parts) {
      part.region().write(slices.read(part.entry()), data);
    }
    return new StoredTensor(dtype, layout.shape(), data);
  }
}
