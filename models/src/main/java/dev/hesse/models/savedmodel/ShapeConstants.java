package dev.hesse.models.savedmodel;

import dev.hesse.io.StoredTensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Shapes as graphs write them, and the constants of nodes that look at nothing but a shape. */
final class ShapeConstants {
  /** Operations with an output for each input. */
  static final Set<String> OF_SHAPE = Set.of("Shape", "Size", "Rank", "ShapeN");

  private ShapeConstants() {}

  /**
   * What such a node makes of a shape, if enough of that is known.
   *
   * @param output which has the type of the constant
   */
  static Optional<NodeDef> of(NodeDef node, Shape shape, Output<?> output, String name) {
    boolean known = node.getOp().equals("Rank") ? !shape.isUnknown() : !shape.hasUnknownDimension();
    if (!known) {
      return Optional.empty();
    }
    long[] values =
        switch (node.getOp()) {
          case "Rank" -> new long[] {shape.numDimensions()};
          case "Size" -> new long[] {shape.size()};
          default -> shape.asArray();
        };
    boolean scalar = node.getOp().equals("Rank") || node.getOp().equals("Size");
    long[] size = scalar ? new long[0] : new long[] {values.length};
    boolean wide = output.dataType() == DataType.DT_INT64;
    if (!wide && Arrays.stream(values).anyMatch(value -> value > Integer.MAX_VALUE)) {
      return Optional.empty();
    }
    StoredTensor value =
        wide
            ? StoredTensor.of(size, values)
            : StoredTensor.of(size, Arrays.stream(values).mapToInt(v -> (int) v).toArray());
    return Optional.of(Constant.node(name, output.dataType(), value));
  }

  /**
   * The number of elements, where dimensions of 0 count as 1, as operations multiply the others on
   * their own; the largest number there is if it is beyond.
   */
  static long extent(Shape shape) {
    try {
      return Arrays.stream(shape.asArray()).map(d -> Math.max(d, 1)).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  static TensorShapeProto proto(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    if (shape.isUnknown()) {
      return proto.setUnknownRank(true).build();
    }
    for (long size : shape.asArray()) {
      proto.addDimBuilder().setSize(size);
    }
    return proto.build();
  }

  static Shape shape(TensorShapeProto proto) {
    return Shape.of(proto.getDimList().stream().mapToLong(d -> d.getSize()).toArray());
  }
}
