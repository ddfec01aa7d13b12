package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Writes lists of tensors as their elements, of TensorFlow 2, which are values, and TensorFlow 1,
 * which are arrays whose states are ordered by a flow: what is read is the tensor that was set,
 * what is stacked is packed. A list that is not known yet stays.
 */
final class TensorLists {
  private static final String ARRAY = "TensorArray";

  /** Elements of all lists that are packed and unpacked. */
  private static final int MAX_WRITTEN = 1 << 20;

  private final GraphRewriting rewriting;
  private final InferredShapes shapes;
  private final Map<TensorName, TensorList> lists = new HashMap<>();
  private long written;

  TensorLists(GraphRewriting rewriting, InferredShapes shapes) {
    this.rewriting = rewriting;
    this.shapes = shapes;
  }

  static boolean isList(NodeDef node) {
    String type = node.getOp();
    return type.startsWith("TensorList")
        || type.startsWith(ARRAY)
        || type.equals("EmptyTensorList");
  }

  /** Whether a node makes a list that is known, which its readers are written by. */
  boolean isKnown(NodeDef node) {
    return lists.containsKey(new TensorName(node.getName(), 0))
        || lists.containsKey(new TensorName(node.getName(), 1));
  }

  /** Visits a node, all of whose inputs have been visited. */
  void visit(NodeDef node) {
    switch (node.getOp()) {
      case "Identity" -> list(node, 0).ifPresent(list -> put(node, 0, list));
      case "EmptyTensorList" -> put(node, 0, TensorList.unset(0));
      case "TensorListReserve" ->
          size(node, 1).ifPresent(size -> put(node, 0, TensorList.unset(size)));
      case "TensorArrayV3" -> size(node, 0).ifPresent(size -> put(node, 1, TensorList.unset(size)));
      case "TensorListFromTensor" -> {
        Shape shape = shapes.of(rewriting.input(node, 0));
        if (shape.numDimensions() > 0 && isSize(shape.get(0))) {
          put(node, 0, TensorList.of(unpacked(node, 0, (int) shape.get(0))));
        }
      }
      case "TensorListScatter", "TensorListScatterV2" -> scattered(node);
      case "TensorListScatterIntoExistingList" ->
          list(node, 0).ifPresent(list -> scatter(node, list, 1, 2, true));
      case "TensorArrayScatterV3" ->
          list(node, 3).ifPresent(list -> scatter(node, list, 2, 1, grows(node, 0)));
      case "TensorListSetItem" ->
          list(node, 0).ifPresent(list -> set(node, list, 1, 2, resizes(node)));
      case "TensorArrayWriteV3" ->
          list(node, 3).ifPresent(list -> set(node, list, 1, 2, grows(node, 0)));
      case "TensorListResize" ->
          list(node, 0)
              .ifPresent(list -> size(node, 1).ifPresent(n -> put(node, 0, list.resized(n))));
      case "TensorListPushBack" ->
          list(node, 0)
              .filter(list -> isSize(list.size() + 1L))
              .ifPresent(list -> put(node, 0, list.with(list.size(), rewriting.input(node, 1))));
      case "TensorListPopBack" ->
          list(node, 0).filter(list -> list.size() > 0).ifPresent(list -> pop(node, list));
      case "TensorListGetItem" -> list(node, 0).ifPresent(list -> get(node, list, 1));
      case "TensorArrayReadV3" -> list(node, 2).ifPresent(list -> get(node, list, 1));
      case "TensorListStack" -> list(node, 0).ifPresent(list -> pack(node, list, all(list)));
      case "TensorListGather" ->
          list(node, 0).ifPresent(list -> places(node, 1).ifPresent(p -> pack(node, list, p)));
      case "TensorArrayGatherV3" ->
          list(node, 2).ifPresent(list -> places(node, 1).ifPresent(p -> pack(node, list, p)));
      case "TensorListConcat", "TensorListConcatV2" ->
          list(node, 0).ifPresent(list -> concatenate(node, list));
      case "TensorArrayConcatV3" -> list(node, 1).ifPresent(list -> concatenate(node, list));
      case "TensorListLength" -> list(node, 0).ifPresent(list -> length(node, list));
      case "TensorArraySizeV3" -> list(node, 1).ifPresent(list -> length(node, list));
      default -> {}
    }
  }

  private Optional<TensorList> list(NodeDef node, int input) {
    return input < node.getInputCount()
        ? Optional.ofNullable(lists.get(rewriting.input(node, input)))
        : Optional.empty();
  }

  private void put(NodeDef node, int output, TensorList list) {
    lists.put(new TensorName(node.getName(), output), list);
  }

  private static boolean isSize(long size) {
    return size >= 0 && size <= ConstantFolding.MAX_ELEMENTS;
  }

  private OptionalInt size(NodeDef node, int input) {
    return places(node, input)
        .filter(values -> values.length == 1 && isSize(values[0]))
        .map(values -> OptionalInt.of((int) values[0]))
        .orElse(OptionalInt.empty());
  }

  /** Integers that are known. */
  private Optional<long[]> places(NodeDef node, int input) {
    return input < node.getInputCount()
        ? Constant.integers(
            rewriting.node(rewriting.input(node, input)), ConstantFolding.MAX_ELEMENTS)
        : Optional.empty();
  }

  private void spend(int elements) {
    written += elements;
    if (written > MAX_WRITTEN) {
      throw new BadInputException(
          "its lists of tensors have more than %,d elements".formatted(MAX_WRITTEN),
          "Feed shorter sequences, or name an output before the loop");
    }
  }

  private static long[] all(TensorList list) {
    long[] places = new long[list.size()];
    Arrays.setAll(places, i -> i);
    return places;
  }

  private static boolean resizes(NodeDef node) {
    return attribute(node, "resize_if_index_out_of_bounds").getB();
  }

  /** Whether a write beyond the end of an array makes it longer. */
  private boolean grows(NodeDef node, int handle) {
    return attribute(rewriting.origin(rewriting.input(node, handle)), "dynamic_size").getB();
  }

  private void set(NodeDef node, TensorList list, int place, int value, boolean grows) {
    size(node, place)
        .ifPresent(
            at -> {
              if (at < list.size() || grows) {
                put(node, 0, list.with(at, rewriting.input(node, value)));
              }
            });
  }

  private void scattered(NodeDef node) {
    OptionalInt size = node.getOp().endsWith("V2") ? size(node, 3) : OptionalInt.of(-1);
    size.ifPresent(n -> scatter(node, TensorList.unset(Math.max(0, n)), 0, 1, /* grows= */ n < 0));
  }

  private void scatter(NodeDef node, TensorList list, int value, int input, boolean grows) {
    Optional<long[]> places = places(node, input);
    if (places.isEmpty()) {
      return;
    }
    List<TensorName> elements = unpacked(node, value, places.get().length);
    TensorList result = list;
    for (int i = 0; i < elements.size(); i++) {
      long place = places.get()[i];
      if (place < 0 || !(grows ? isSize(place) : place < list.size())) {
        return;
      }
      result = result.with((int) place, elements.get(i));
    }
    put(node, 0, result);
  }

  private List<TensorName> unpacked(NodeDef node, int input, int count) {
    spend(count);
    String name = node.getName() + ".elements";
    if (count > 0) {
      rewriting.add(
          NodeDef.newBuilder()
              .setName(name)
              .setOp("Unpack")
              .addInput(rewriting.input(node, input).toString())
              .putAttr("T", type(node))
              .putAttr("num", AttrValue.newBuilder().setI(count).build())
              .build());
    }
    List<TensorName> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(new TensorName(name, i));
    }
    return elements;
  }

  private void get(NodeDef node, TensorList list, int input) {
    places(node, input)
        .filter(place -> place.length == 1)
        .flatMap(place -> element(node, list, place[0]))
        .ifPresent(tensor -> rewriting.replace(new TensorName(node.getName(), 0), tensor));
  }

  private void pop(NodeDef node, TensorList list) {
    int last = list.size() - 1;
    put(node, 0, list.resized(last));
    element(node, list, last)
        .ifPresent(tensor -> rewriting.replace(new TensorName(node.getName(), 1), tensor));
  }

  private void pack(NodeDef node, TensorList list, long[] places) {
    elements(node, list, places)
        .ifPresent(
            elements ->
                rewriting.add(
                    NodeDef.newBuilder()
                        .setName(node.getName())
                        .setOp("Pack")
                        .addAllInput(elements)
                        .putAttr("T", type(node))
                        .putAttr("N", AttrValue.newBuilder().setI(elements.size()).build())
                        .build()));
  }

  /** Of the two outputs, the tensor; the lengths of the elements are seldom used. */
  private void concatenate(NodeDef node, TensorList list) {
    String axis = node.getName() + ".axis";
    elements(node, list, all(list))
        .ifPresent(
            elements -> {
              if (elements.size() == 1) {
                rewriting.replace(
                    new TensorName(node.getName(), 0), TensorName.of(elements.get(0)));
                return;
              }
              rewriting.add(integer(axis, 0));
              rewriting.add(
                  NodeDef.newBuilder()
                      .setName(node.getName())
                      .setOp("ConcatV2")
                      .addAllInput(elements)
                      .addInput(axis)
                      .putAttr("T", type(node))
                      .putAttr("Tidx", AttrValue.newBuilder().setType(DataType.DT_INT32).build())
                      .putAttr("N", AttrValue.newBuilder().setI(elements.size()).build())
                      .build());
            });
  }

  private Optional<List<String>> elements(NodeDef node, TensorList list, long[] places) {
    spend(places.length);
    List<String> elements = new ArrayList<>();
    for (long place : places) {
      element(node, list, place).ifPresent(tensor -> elements.add(tensor.toString()));
    }
    return elements.isEmpty() || elements.size() < places.length
        ? Optional.empty()
        : Optional.of(elements);
  }

  private void length(NodeDef node, TensorList list) {
    rewriting.add(integer(node.getName(), list.size()));
  }

  private static NodeDef integer(String name, int value) {
    return Constant.node(name, DataType.DT_INT32, StoredTensor.of(new long[0], new int[] {value}));
  }

  /** The element at a place, which is zeros if it was not set. */
  private Optional<TensorName> element(NodeDef node, TensorList list, long place) {
    return place < 0 || place >= list.size()
        ? Optional.empty()
        : list.get((int) place).or(() -> zeros(node, list));
  }

  /** All elements of a list have one shape: that of one that is set, or as the operation says. */
  private Optional<TensorName> zeros(NodeDef node, TensorList list) {
    if (node.getOp().startsWith(ARRAY) || type(node).getType() == DataType.DT_VARIANT) {
      return Optional.empty();
    }
    String name = node.getName() + ".zeros";
    Optional<TensorName> like = list.any();
    if (like.isPresent()) {
      rewriting.add(
          NodeDef.newBuilder()
              .setName(name)
              .setOp("ZerosLike")
              .addInput(like.get().toString())
              .putAttr("T", type(node))
              .build());
      return Optional.of(new TensorName(name, 0));
    }
    DataType type = type(node).getType();
    return Constant.type(type)
        .flatMap(
            known ->
                places(node, node.getInputCount() - 1)
                    .filter(
                        shape ->
                            Arrays.stream(shape)
                                .allMatch(size -> size >= 0 && size <= Integer.MAX_VALUE))
                    .map(shape -> fill(name, type, known, shape)));
  }

  private TensorName fill(String name, DataType type, DType known, long[] shape) {
    StoredTensor zero = new StoredTensor(known, new long[0], ByteBuffer.allocate(known.bytes()));
    int[] sizes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    rewriting.add(Constant.node(name + ".value", type, zero));
    rewriting.add(
        Constant.node(
            name + ".shape", DataType.DT_INT32, StoredTensor.of(new long[] {sizes.length}, sizes)));
    rewriting.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Fill")
            .addInput(name + ".shape")
            .addInput(name + ".value")
            .putAttr("T", AttrValue.newBuilder().setType(type).build())
            .build());
    return new TensorName(name, 0);
  }

  private static AttrValue type(NodeDef node) {
    return Stream.of("element_dtype", "dtype", "T")
        .map(name -> attribute(node, name))
        .filter(type -> type.getType() != DataType.DT_INVALID)
        .findFirst()
        .orElse(AttrValue.getDefaultInstance());
  }

  private static AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrDefault(name, AttrValue.getDefaultInstance());
  }
}
