package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.SmallLosses.CLASSES;
import static dev.hesse.models.savedmodel.SmallLosses.FLOAT;
import static dev.hesse.models.savedmodel.SmallLosses.INT32;
import static dev.hesse.models.savedmodel.SmallLosses.spec;
import static dev.hesse.models.savedmodel.SmallLosses.weights;
import static dev.hesse.models.savedmodel.TestModel.number;
import static dev.hesse.models.savedmodel.TestModel.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TString;

/** Models of TensorFlow 1's kind whose weights are partitioned and concatenated. */
class PartitionedVariablesTest {
  private static final StoredTensor W = weights(2, CLASSES);

  @TempDir private Path folder;

  private static AttrValue types(int count) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    for (int i = 0; i < count; i++) {
      list.addType(DataType.DT_FLOAT);
    }
    return AttrValue.newBuilder().setList(list).build();
  }

  private static void texts(TestModel model, String name, List<String> texts) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(texts.size())));
    texts.forEach(text -> value.addStringVal(ByteString.copyFromUtf8(text)));
    model.add(
        "Const",
        name,
        List.of(),
        Map.of(
            "dtype",
            type(DataType.DT_STRING),
            "value",
            AttrValue.newBuilder().setTensor(value).build()));
  }

  /** x·w, of which each part of w is a slice of the checkpoint's w of shape [2, CLASSES]. */
  private static TestModel model(int axis, List<long[]> shapes, List<String> slices) {
    TestModel model = new TestModel().input("x", -1, 2);
    List<String> reads = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      String name = "w/part_" + i;
      model.add(
          "VariableV2",
          name,
          List.of(),
          Map.of("dtype", FLOAT, "shape", TestModel.shape(shapes.get(i))));
      model.add("Identity", name + "/read", name);
      reads.add(name + "/read");
    }
    if (slices.size() == 1) {
      model.add("Identity", "w", reads.get(0));
    } else {
      reads.add("axis");
      model
          .integer("axis", axis)
          .add(
              "ConcatV2",
              "w",
              reads,
              Map.of("T", FLOAT, "Tidx", INT32, "N", number(slices.size())));
    }
    model.add("MatMul", "y", "x", "w");
    texts(model, "save/Const", List.of("model"));
    texts(model, "save/names", slices.stream().map(slice -> "w").toList());
    texts(model, "save/slices", slices);
    model.add(
        "RestoreV2",
        "save/RestoreV2",
        List.of("save/Const", "save/names", "save/slices"),
        Map.of("dtypes", types(slices.size())));
    List<String> assignments = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      model.add("Assign", "save/Assign_" + i, "w/part_" + i, "save/RestoreV2:" + i);
      assignments.add("^save/Assign_" + i);
    }
    model.add("NoOp", "save/restore_all", assignments, Map.of());
    model.meta.getSaverDefBuilder().setRestoreOpName("save/restore_all");
    return model;
  }

  private static Operand<TString> strings(Ops tf, List<String> values) {
    try (TString tensor = TString.vectorOf(values.toArray(String[]::new))) {
      return tf.constantOf(tensor);
    }
  }

  private Path prefix() throws IOException {
    return Files.createDirectories(folder.resolve("variables")).resolve("variables");
  }

  /** The model's checkpoint, by {@code SaveV2}. */
  private void save(List<long[]> shapes, List<String> slices, float[][] parts) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<?>> saved = new ArrayList<>();
      for (int i = 0; i < parts.length; i++) {
        saved.add(tf.constant(Shape.of(shapes.get(i)), DataBuffers.of(parts[i])));
      }
      var save =
          tf.train.save(
              tf.constant(prefix().toString()),
              strings(tf, slices.stream().map(slice -> "w").toList()),
              strings(tf, slices),
              saved);
      try (Session session = new Session(graph)) {
        session.runner().addTarget(save).run().close();
      }
    }
  }

  private static double expected() {
    TestModel whole =
        new TestModel()
            .input("x", -1, 2)
            .variable("w", DataType.DT_FLOAT, W)
            .add("MatMul", "z", "x", "w/read")
            .add("Softmax", "y", "z");
    return SmallLosses.crossEntropy(SmallLosses.served(whole, "y"));
  }

  private static float w(int row, int column) {
    return (float) W.toDouble(row * CLASSES + column);
  }

  @Test
  void partitionsOfRows() throws IOException {
    List<long[]> shapes = List.of(new long[] {1, 3}, new long[] {1, 3});
    List<String> slices = List.of("2 3 0,1:0,3", "2 3 1,1:0,3");
    float[][] parts = {{w(0, 0), w(0, 1), w(0, 2)}, {w(1, 0), w(1, 1), w(1, 2)}};
    save(shapes, slices, parts);

    SavedModelLoss loss = model(0, shapes, slices).open(folder).loss(spec(false));
    assertThat(loss.weights().get("w/part_0")).containsExactly(w(0, 0), w(0, 1), w(0, 2));
    assertThat(loss.weights().get("w/part_1")).containsExactly(w(1, 0), w(1, 1), w(1, 2));
    // The model's own graph is run in single precision.
    assertThat(SmallLosses.loss(loss)).isCloseTo(expected(), within(1e-5));
  }

  @Test
  void partitionsOfColumns() throws IOException {
    List<long[]> shapes = List.of(new long[] {2, 1}, new long[] {2, 2});
    List<String> slices = List.of("2 3 0,2:0,1", "2 3 0,2:1,2");
    float[][] parts = {{w(0, 0), w(1, 0)}, {w(0, 1), w(0, 2), w(1, 1), w(1, 2)}};
    save(shapes, slices, parts);

    SavedModelLoss loss = model(1, shapes, slices).open(folder).loss(spec(false));
    assertThat(loss.weights().get("w/part_1")).containsExactly(w(0, 1), w(0, 2), w(1, 1), w(1, 2));
    assertThat(SmallLosses.loss(loss)).isCloseTo(expected(), within(1e-5));
  }

  /** As savers write a single partition. */
  @Test
  void slicesOfATensorThatWasSavedWhole() throws IOException {
    TensorBundle.write(prefix(), Map.of("w", W));
    TestModel two =
        model(1, List.of(new long[] {2, 1}, new long[] {2, 2}), List.of("2 3 -:0,1", "2 3 -:1,2"));
    assertThat(SmallLosses.loss(two.open(folder).loss(spec(false))))
        .isCloseTo(expected(), within(1e-5));
    TestModel one = model(0, List.of(new long[] {2, 3}), List.of("2 3 0,2:0,3"));
    assertThat(one.open(folder).loss(spec(false)).weights().get("w/part_0"))
        .isEqualTo(W.toDoubles());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 3 0,1:- | 2 3 0,2:- | it shares elements with other slices
          2 3 0,1:- | 2 3 2,1:- | 'w/part_1': slice '2,1:-' does not lie in the shape [2, 3]
          2 3 0,1:- | 3 2 0,1:- | 'w/part_1': it is a slice of a tensor of shape [3, 2]
          2 3 0,1:- | nonsense  | 'w/part_1': slice 'nonsense': it has no shape
          2 3 0,1:- | 2 3 -:0,1 | 'w/part_1': it has the shape [1, 3], and [2, 1]
          """)
  void malformedSlicesAreDamage(String first, String second, String message) throws IOException {
    TensorBundle.write(prefix(), Map.of("w", W));
    List<long[]> shapes = List.of(new long[] {1, 3}, new long[] {1, 3});
    SavedModels opened = model(0, shapes, List.of(first, second)).open(folder);
    assertThatThrownBy(() -> opened.loss(spec(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
