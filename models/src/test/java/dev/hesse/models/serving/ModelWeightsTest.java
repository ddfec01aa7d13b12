package dev.hesse.models.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;

class ModelWeightsTest {
  @TempDir private Path folder;

  @Test
  void whatASavedModelHoldsBesideNumbersIsNamed() throws IOException {
    Path variables = Files.createDirectory(folder.resolve("variables")).resolve("variables");
    Files.createFile(folder.resolve("saved_model.pb"));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var save =
          tf.train.save(
              tf.constant(variables.toString()),
              strings(tf, "_CHECKPOINTABLE_OBJECT_GRAPH", "w"),
              strings(tf, "", ""),
              List.of(tf.constant("nodes"), tf.constant(new float[] {1, 2})));
      try (Session session = new Session(graph)) {
        session.runner().addTarget(save).run().close();
      }
    }
    Checkpoint checkpoint = ModelWeights.read(folder, OptionalLong.empty()).checkpoint();
    assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    assertThat(checkpoint.omitted()).containsExactly("_CHECKPOINTABLE_OBJECT_GRAPH");
  }

  private static Operand<TString> strings(Ops tf, String... values) {
    try (TString tensor = TString.vectorOf(values)) {
      return tf.constantOf(tensor);
    }
  }

  @Test
  void aModelOfOursSaysWhatItIs() throws IOException {
    Checkpoint source = Fixtures.checkpoint("shortcut-b");
    SavedModelExport.write(
        source, Fixtures.config("shortcut-b", source), folder, ServingOptions.DEFAULT);
    ModelWeights weights = ModelWeights.read(folder, OptionalLong.empty());
    assertThat(weights.checkpoint().path()).isEqualTo(folder.resolve("1"));
    assertThat(weights.config()).contains(Fixtures.config("shortcut-b", source));
    assertThat(weights.isInPyTorchOrder()).isTrue();
    Path variables = folder.resolve("1/variables/variables");
    assertThat(ModelWeights.read(variables, OptionalLong.empty()).isInPyTorchOrder()).isFalse();
  }
}
