package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.TestModel.node;
import static dev.hesse.models.savedmodel.TestModel.number;
import static dev.hesse.models.savedmodel.TestModel.shape;
import static dev.hesse.models.savedmodel.TestModel.text;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

class OperationPolicyTest {
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  private static final AttrValue STRING = type(DataType.DT_STRING);
  private static final AttrValue TYPES =
      AttrValue.newBuilder()
          .setList(AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT))
          .build();
  private static final Map<String, OpDef> OPERATIONS =
      TensorFlow.registeredOpList().getOpList().stream()
          .collect(Collectors.toMap(OpDef::getName, Function.identity()));

  @TempDir private Path folder;

  @Test
  void theListIsSortedAndOfTensorFlowsOperations() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(OperationPolicy.class.getResourceAsStream("operations.txt"))) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(lines).isSorted().doesNotHaveDuplicates();
      assertThat(OPERATIONS).containsKeys(lines.toArray(String[]::new));
    }
  }

  @Test
  void nothingListedTakesFunctionsReferencesOrStateUnlessItIsKnownTo() {
    List<OpDef> listed = OperationPolicy.allowed().stream().map(OPERATIONS::get).toList();
    assertThat(listed)
        .flatExtracting(OpDef::getAttrList)
        .extracting(OpDef.AttrDef::getType)
        .doesNotContain("func", "list(func)");
    assertThat(listed).flatExtracting(OpDef::getInputArgList).noneMatch(OpDef.ArgDef::getIsRef);
    assertThat(listed.stream().filter(OpDef::getIsStateful).map(OpDef::getName))
        .containsExactlyInAnyOrderElementsOf(OperationPolicy.STATEFUL);
  }

  @Test
  void attributesThatCountTensorsAreKnown() {
    assertThat(
            OperationPolicy.allowed().stream()
                .map(OPERATIONS::get)
                .flatMap(
                    op ->
                        Stream.concat(
                            op.getInputArgList().stream(), op.getOutputArgList().stream()))
                .map(OpDef.ArgDef::getNumberAttr)
                .filter(name -> !name.isEmpty())
                .distinct())
        .containsExactlyInAnyOrderElementsOf(CheckedNode.COUNTS);
  }

  private TestModel model() {
    return new TestModel()
        .input("x", 4)
        .add(
            "Const",
            "file",
            List.of(),
            Map.of(
                "dtype",
                STRING,
                "value",
                AttrValue.newBuilder()
                    .setTensor(
                        org.tensorflow.proto.TensorProto.newBuilder()
                            .setDtype(DataType.DT_STRING)
                            .setTensorShape(shape().getShape())
                            .addStringVal(
                                com.google.protobuf.ByteString.copyFromUtf8(
                                    folder.resolve("made").toString())))
                    .build()));
  }

  private NodeDef reaching(String type) {
    return switch (type) {
      case "DebugIdentity" ->
          node(
              type,
              "bad",
              List.of("x"),
              Map.of(
                  "T",
                  FLOAT,
                  "debug_urls",
                  AttrValue.newBuilder()
                      .setList(
                          AttrValue.ListValue.newBuilder()
                              .addS(text("file://" + folder.resolve("made")).getS()))
                      .build()));
      case "ImmutableConst" ->
          node(
              type,
              "bad",
              List.of(),
              Map.of(
                  "dtype",
                  FLOAT,
                  "shape",
                  shape(4),
                  "memory_region_name",
                  text(folder.resolve("made").toString())));
      case "PyFunc", "PyFuncStateless" ->
          node(type, "bad", List.of("x"), Map.of("token", text("t"), "Tin", TYPES, "Tout", TYPES));
      case "RestoreV2" ->
          node(type, "bad", List.of("file", "file", "file"), Map.of("dtypes", TYPES));
      case "DecodeProtoV2" ->
          node(
              type,
              "bad",
              List.of("file"),
              Map.of(
                  "message_type",
                  text("m"),
                  "output_types",
                  TYPES,
                  "descriptor_source",
                  text("/etc/passwd")));
      case "WriteFile" -> node(type, "bad", List.of("file", "file"), Map.of());
      default -> node(type, "bad", List.of("file"), Map.of());
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DebugIdentity",
        "ImmutableConst",
        "PyFunc",
        "PyFuncStateless",
        "RestoreV2",
        "DecodeProtoV2",
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "DecodePng",
        "SomebodysOwn"
      })
  void whatReachesOutIsRefusedBeforeItIsRun(String type) throws IOException {
    Files.writeString(folder.resolve("secret"), "secret");
    // As the output itself, and where TensorFlow would run it to infer a shape.
    SavedModels model =
        model()
            .add(reaching(type))
            .add(
                "Cast",
                "sizes",
                List.of("bad"),
                Map.of("SrcT", FLOAT, "DstT", type(DataType.DT_INT32)))
            .add("Reshape", "y", List.of("x", "sizes"), Map.of("T", FLOAT))
            .open(folder);
    for (String output : List.of("bad", "y")) {
      assertThatThrownBy(
              () ->
                  model.graph(
                      List.of(TensorName.of(output)),
                      List.of(new FedTensor(TensorName.of("x"), DataType.DT_FLOAT, List.of(4L)))))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(type + " node 'bad' is ")
          .hasMessageNotContaining("\n");
    }
    assertThat(folder.resolve("made")).doesNotExist();
  }

  @Test
  void controlFlowAndTrainingHaveTheirOwnWords() {
    assertRefused(node("While", "w", List.of(), Map.of()), "While node 'w' decides while it runs");
    assertRefused(
        node("FusedBatchNormV3", "n", List.of(), Map.of("is_training", FLOAT)).toBuilder()
            .removeAttr("is_training")
            .build(),
        "normalises by the batch's statistics");
  }

  @Test
  void listsAndStringsAreComputedWith() {
    for (String type :
        List.of("TensorListFromTensor", "StringToHashBucketFast", "Cholesky", "CropAndResize")) {
      OperationPolicy.check(
          new FlatGraph(Map.of("n", node(type, "n", List.of(), Map.of("N", number(1))))),
          new OperationOutputs());
    }
  }

  private static void assertRefused(NodeDef node, String message) {
    assertThatThrownBy(
            () ->
                OperationPolicy.check(
                    new FlatGraph(Map.of(node.getName(), node)), new OperationOutputs()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
