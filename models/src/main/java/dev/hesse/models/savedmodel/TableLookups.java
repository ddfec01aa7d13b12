package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/**
 * Writes lookups in hash tables as comparisons with all keys, so that a graph needs no table that
 * something must fill first. The keys are those that the model's own initialisation puts in.
 */
final class TableLookups {
  private static final String INITIALISATION = "__saved_model_init_op";
  private static final List<String> INITIALISATION_1 =
      List.of("saved_model_main_op", "legacy_init_op");
  private static final Set<String> IMPORTS =
      Set.of("LookupTableImportV2", "LookupTableImport", "InitializeTableV2", "InitializeTable");
  private static final Set<String> LOOKUPS = Set.of("LookupTableFindV2", "LookupTableFind");

  /** A lookup takes memory for each pair of an example and a key. */
  private static final long MAX_KEYS = 100_000;

  private record Table(NodeDef keys, NodeDef values) {}

  private final Map<String, Table> tables;
  private final Map<String, NodeDef> written = new LinkedHashMap<>();

  private TableLookups(Map<String, Table> tables) {
    this.tables = tables;
  }

  /** Rewrites a graph; lookups in tables that nothing fills stay as they are. */
  static FlatGraph rewrite(FlatGraph graph, MetaGraphDef model, OperationOutputs operations) {
    if (graph.nodes().values().stream().noneMatch(node -> LOOKUPS.contains(node.getOp()))) {
      return graph;
    }
    TableLookups lookups = new TableLookups(tables(model, operations));
    for (NodeDef node : graph.nodes().values()) {
      Table table =
          LOOKUPS.contains(node.getOp())
              ? lookups.tables.get(graph.origin(TensorName.of(node.getInput(0))).node())
              : null;
      if (table == null) {
        lookups.written.put(node.getName(), node);
      } else {
        lookups.write(node, table);
      }
    }
    return new FlatGraph(lookups.written);
  }

  private static Map<String, Table> tables(MetaGraphDef model, OperationOutputs operations) {
    Map<String, Table> tables = new HashMap<>();
    for (TensorName initialisation : initialisations(model)) {
      FlatGraph graph =
          new FunctionInliner(model.getGraphDef(), operations, /* controls= */ true)
              .inline(List.of(initialisation))
              .graph()
              .whole(operations);
      for (NodeDef node : graph.nodes().values()) {
        if (IMPORTS.contains(node.getOp())) {
          NodeDef keys = graph.node(graph.origin(TensorName.of(node.getInput(1))));
          NodeDef values = graph.node(graph.origin(TensorName.of(node.getInput(2))));
          if (keys.getOp().equals("Const") && values.getOp().equals("Const")) {
            tables.put(
                graph.origin(TensorName.of(node.getInput(0))).node(), new Table(keys, values));
          }
        }
      }
    }
    return tables;
  }

  private static List<TensorName> initialisations(MetaGraphDef model) {
    List<TensorName> found = new ArrayList<>();
    SignatureDef signature = model.getSignatureDefMap().get(INITIALISATION);
    if (signature != null) {
      signature.getOutputsMap().values().forEach(o -> found.add(TensorName.of(o.getName())));
    }
    for (String collection : INITIALISATION_1) {
      if (model.containsCollectionDef(collection)) {
        model
            .getCollectionDefOrThrow(collection)
            .getNodeList()
            .getValueList()
            .forEach(name -> found.add(TensorName.of(name)));
      }
    }
    return found;
  }

  /**
   * SelectV2(Any(Equal(x, keys)), values[ArgMax(Equal(x, keys))], default), over the keys along a
   * new last dimension of x; of a table without keys it is the default everywhere.
   */
  private void write(NodeDef lookup, Table table) {
    String name = lookup.getName();
    TensorProto keys = table.keys().getAttrOrThrow("value").getTensor();
    if (keys.getTensorShape().getDimCount() != 1
        || keys.getTensorShape().getDim(0).getSize() > MAX_KEYS) {
      throw new BadInputException(
          "the table of node %s has more than %,d keys or not one list of them"
              .formatted(BadInputException.quote(name), MAX_KEYS),
          "Feed the tensor behind it");
    }
    AttrValue in = lookup.getAttrOrThrow("Tin");
    AttrValue out = lookup.getAttrOrThrow("Tout");
    AttrValue int32 = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
    AttrValue bool = AttrValue.newBuilder().setType(DataType.DT_BOOL).build();
    if (keys.getTensorShape().getDim(0).getSize() == 0) {
      node(
          name + "/shape",
          "Shape",
          List.of(lookup.getInput(1)),
          Map.of("T", in, "out_type", int32));
      node(
          name,
          "Fill",
          List.of(name + "/shape", lookup.getInput(2)),
          Map.of("T", out, "index_type", int32));
      return;
    }
    constant(name + "/last", TensorProto.newBuilder().setDtype(DataType.DT_INT32).addIntVal(-1));
    constant(name + "/first", TensorProto.newBuilder().setDtype(DataType.DT_INT32).addIntVal(0));
    constant(name + "/keys", keys.toBuilder());
    constant(name + "/values", table.values().getAttrOrThrow("value").getTensor().toBuilder());
    node(
        name + "/x",
        "ExpandDims",
        List.of(lookup.getInput(1), name + "/last"),
        Map.of("T", in, "Tdim", int32));
    node(name + "/equal", "Equal", List.of(name + "/x", name + "/keys"), Map.of("T", in));
    node(name + "/any", "Any", List.of(name + "/equal", name + "/last"), Map.of("Tidx", int32));
    node(name + "/ones", "Cast", List.of(name + "/equal"), Map.of("SrcT", bool, "DstT", int32));
    node(
        name + "/place",
        "ArgMax",
        List.of(name + "/ones", name + "/last"),
        Map.of("T", int32, "Tidx", int32, "output_type", int32));
    node(
        name + "/found",
        "GatherV2",
        List.of(name + "/values", name + "/place", name + "/first"),
        Map.of("Tparams", out, "Tindices", int32, "Taxis", int32));
    node(
        name,
        "SelectV2",
        List.of(name + "/any", name + "/found", lookup.getInput(2)),
        Map.of("T", out));
  }

  private void constant(String name, TensorProto.Builder value) {
    written.put(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Const")
            .putAttr("dtype", AttrValue.newBuilder().setType(value.getDtype()).build())
            .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
            .build());
  }

  private void node(
      String name, String type, List<String> inputs, Map<String, AttrValue> attributes) {
    written.put(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp(type)
            .addAllInput(inputs)
            .putAllAttr(attributes)
            .build());
  }
}
