package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.SmallLosses.FLOAT;
import static dev.hesse.models.savedmodel.SmallLosses.linear;
import static dev.hesse.models.savedmodel.SmallLosses.spec;
import static dev.hesse.models.savedmodel.SmallLosses.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.models.savedmodel.ModelContents.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

class ModelContentsTest {
  @TempDir private Path folder;

  @Test
  void aCustomOperationIsListed() throws IOException {
    TestModel model = linear().add("Custom", "custom", "logits").add("Neg", "y", "custom");
    assertThat(model.open(folder).contents().nodes())
        .contains(new Node("custom", "Custom", true), new Node("y", "Neg", true));
  }

  @Test
  void aCustomOperationInAFunctionIsListed() throws IOException {
    TestModel model =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", "w", DataType.DT_FLOAT, weights(2, 2))
            .function(
                "layer",
                List.of("x", "w"),
                "product:product:0",
                TestModel.node("ReadVariableOp", "read", List.of("w"), Map.of("dtype", FLOAT)),
                TestModel.node("Custom", "custom", List.of("read:value:0"), Map.of("T", FLOAT)),
                TestModel.node(
                    "MatMul", "product", List.of("x", "custom:out:0"), Map.of("T", FLOAT)))
            .add(TestModel.call("y", "layer", List.of("x", "w")));
    model
        .meta
        .getMetaInfoDefBuilder()
        .getStrippedOpListBuilder()
        .addOpBuilder()
        .setName("Custom")
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("out").setTypeAttr("T"));
    SavedModels opened = model.open(folder);
    assertThat(opened.contents().nodes())
        .contains(new Node("y/custom", "Custom", true), new Node("y/product", "MatMul", true));
    assertThatThrownBy(() -> opened.loss(spec(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Custom node 'y/custom' is not TensorFlow's");
  }
}
