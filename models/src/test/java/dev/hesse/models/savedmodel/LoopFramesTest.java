package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.Protos.INT;
import static dev.hesse.models.savedmodel.Protos.constant;
import static dev.hesse.models.savedmodel.Protos.integer;
import static dev.hesse.models.savedmodel.Protos.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class LoopFramesTest {
  private static final Map<String, AttrValue> OF_INT = Map.of("T", INT);

  /** A loop that counts to three. */
  private static List<NodeDef> counter(String name, String frame) {
    Map<String, AttrValue> merged = Map.of("T", INT, "N", integer(2));
    Map<String, AttrValue> entered = Map.of("T", INT, "frame_name", TestModel.text(frame));
    return List.of(
        node(name + "/enter", "Enter", entered, "zero"),
        node(name + "/merge", "Merge", merged, name + "/enter", name + "/next"),
        node(name + "/less", "Less", OF_INT, name + "/merge", "three"),
        node(name + "/cond", "LoopCond", Map.of(), name + "/less"),
        node(name + "/switch", "Switch", OF_INT, name + "/merge", name + "/cond"),
        node(name + "/sum", "AddV2", OF_INT, name + "/switch:1", "one"),
        node(name + "/next", "NextIteration", OF_INT, name + "/sum"),
        node(name + "/exit", "Exit", OF_INT, name + "/switch"));
  }

  private static GraphDef counters(String frame, String other) {
    List<NodeDef> nodes =
        new ArrayList<>(List.of(constant("zero", 0), constant("one", 1), constant("three", 3)));
    nodes.addAll(counter("a", frame));
    nodes.addAll(counter("b", other));
    nodes.add(node("y", "AddV2", OF_INT, "a/exit", "b/exit"));
    return LoopFrames.rewrite(Protos.graph(List.of(), nodes.toArray(NodeDef[]::new)));
  }

  private static Computation inlined(GraphDef graph) {
    return new FunctionInliner(graph, new OperationOutputs(), /* controls= */ false)
        .inline(List.of(TensorName.of("y")));
  }

  @Test
  void twoLoopsBecomeTwoNodes() {
    assertThat(inlined(counters("one", "two")).graph().nodes().values())
        .extracting(NodeDef::getOp)
        .contains("While")
        .doesNotContain("Enter", "NextIteration");
  }

  @Test
  void twoLoopsOfOneNameAreLeftAndNamed() {
    GraphDef graph = counters("one", "one");
    assertThat(graph.getNodeList()).extracting(NodeDef::getOp).doesNotContain("While");
    assertThatThrownBy(() -> inlined(graph))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("node 'b/")
        .hasMessageContaining("Loops of TensorFlow 1");
  }
}
