package dev.hesse.models.savedmodel;

import static java.util.Map.entry;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Nodes as TensorFlow's native code is given them. It infers shapes as soon as a node is imported,
 * and runs constant nodes for that; so what could take its memory or its process is refused before.
 */
final class CheckedNode {
  /** All constants of a graph that repeat an element do not make more of them than this. */
  private static final long MAX_REPEATED = 1L << 26;

  private static final int MAX_DIMENSIONS = 254;

  /** How many tensors a node takes or gives in one list. */
  private static final long MAX_LISTED = 1 << 16;

  /** Attributes that count tensors. */
  static final Set<String> COUNTS =
      Set.of(
          "N",
          "OUTPUT_RAGGED_RANK",
          "PARAMS_RAGGED_RANK",
          "RAGGED_RANK",
          "num",
          "Ndense",
          "Nsparse",
          "num_partitions",
          "num_row_partition_tensors",
          "num_sparse",
          "num_split",
          "output_ragged_rank");

  private static final Map<DataType, Integer> BYTES =
      Map.ofEntries(
          entry(DataType.DT_FLOAT, 4),
          entry(DataType.DT_DOUBLE, 8),
          entry(DataType.DT_HALF, 2),
          entry(DataType.DT_BFLOAT16, 2),
          entry(DataType.DT_COMPLEX64, 8),
          entry(DataType.DT_COMPLEX128, 16),
          entry(DataType.DT_INT8, 1),
          entry(DataType.DT_INT16, 2),
          entry(DataType.DT_INT32, 4),
          entry(DataType.DT_INT64, 8),
          entry(DataType.DT_UINT8, 1),
          entry(DataType.DT_UINT16, 2),
          entry(DataType.DT_UINT32, 4),
          entry(DataType.DT_UINT64, 8),
          entry(DataType.DT_BOOL, 1));

  private CheckedNode() {}

  /** Whether elements of the type are numbers or truth values. */
  static boolean isNumeric(DataType type) {
    return BYTES.containsKey(type);
  }

  /**
   * A node without the attributes that TensorFlow's own optimiser gives nodes.
   *
   * @throws BadInputException if it must not be run, or its shapes or constants are not such
   */
  static NodeDef of(NodeDef node) {
    OperationPolicy.require(node);
    try {
      node.getAttrMap().forEach(CheckedNode::check);
      if (node.getOp().equals("Const")) {
        check(node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor());
      }
    } catch (BadInputException e) {
      throw e.in("node " + BadInputException.quote(node.getName()));
    }
    if (node.getAttrMap().keySet().stream().noneMatch(name -> name.startsWith("_"))) {
      return node;
    }
    NodeDef.Builder builder = node.toBuilder();
    node.getAttrMap().keySet().stream()
        .filter(name -> name.startsWith("_"))
        .forEach(builder::removeAttr);
    return builder.build();
  }

  /**
   * Checks constants together, of which each may be as large as one may.
   *
   * @throws BadInputException if a few bytes of a file would take far more memory
   */
  static void requireWarranted(Collection<NodeDef> nodes) {
    long repeated = 0;
    for (NodeDef node : nodes) {
      TensorProto tensor =
          node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor();
      if (node.getOp().equals("Const") && tensor.getTensorContent().isEmpty()) {
        long count = count(tensor.getTensorShape(), /* open= */ false);
        repeated += Math.max(0, count - listed(tensor));
      }
    }
    if (repeated > MAX_REPEATED) {
      throw BadInputException.damaged(
          "constants of %,d elements, of which the file holds a few".formatted(repeated));
    }
  }

  private static void check(String name, AttrValue attribute) {
    if (COUNTS.contains(name) && (attribute.getI() < 0 || attribute.getI() > MAX_LISTED)) {
      throw BadInputException.damaged("a list of %d tensors".formatted(attribute.getI()));
    }
    if (attribute.hasShape()) {
      count(attribute.getShape(), /* open= */ true);
    }
    attribute.getList().getShapeList().forEach(shape -> count(shape, /* open= */ true));
  }

  private static void check(TensorProto tensor) {
    long count = count(tensor.getTensorShape(), /* open= */ false);
    Integer bytes = BYTES.get(tensor.getDtype());
    if (bytes == null && tensor.getDtype() != DataType.DT_STRING) {
      throw new BadInputException(
          "a constant of %s".formatted(tensor.getDtype()), "Export the model without it");
    }
    ByteString packed = tensor.getTensorContent();
    if (bytes != null && !packed.isEmpty()) {
      if (packed.size() % bytes != 0 || packed.size() / bytes != count) {
        throw BadInputException.damaged(
            "a constant of %d elements in %d bytes".formatted(count, packed.size()));
      }
      return;
    }
    int listed = listed(tensor);
    if (!packed.isEmpty() || listed > count || (listed < count && count > Constant.MAX_REPEATED)) {
      throw BadInputException.damaged(
          "a constant of %d elements, of which the file holds %d".formatted(count, listed));
    }
  }

  private static int listed(TensorProto tensor) {
    return switch (tensor.getDtype()) {
      case DT_FLOAT -> tensor.getFloatValCount();
      case DT_DOUBLE -> tensor.getDoubleValCount();
      case DT_HALF, DT_BFLOAT16 -> tensor.getHalfValCount();
      case DT_COMPLEX64 -> tensor.getScomplexValCount() / 2;
      case DT_COMPLEX128 -> tensor.getDcomplexValCount() / 2;
      case DT_INT64 -> tensor.getInt64ValCount();
      case DT_UINT32 -> tensor.getUint32ValCount();
      case DT_UINT64 -> tensor.getUint64ValCount();
      case DT_BOOL -> tensor.getBoolValCount();
      case DT_STRING -> tensor.getStringValCount();
      default -> tensor.getIntValCount();
    };
  }

  /**
   * The number of elements.
   *
   * @param open whether dimensions, or their number, may be unknown
   */
  private static long count(TensorShapeProto proto, boolean open) {
    Shape shape = ShapeConstants.shape(proto);
    boolean negative = proto.getDimList().stream().anyMatch(d -> d.getSize() < (open ? -1 : 0));
    if (negative
        || (!open && proto.getUnknownRank())
        || shape.numDimensions() > MAX_DIMENSIONS
        || ShapeConstants.extent(shape) > ConstantFolding.MAX_TENSOR) {
      throw BadInputException.damaged("a shape of dimensions that no tensor can have");
    }
    return open ? 0 : shape.size();
  }
}
