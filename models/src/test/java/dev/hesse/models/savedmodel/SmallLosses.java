package dev.hesse.models.savedmodel;

import static dev.hesse.models.savedmodel.TestModel.type;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.Precision;
import dev.hesse.models.savedmodel.SavedModelLoss.Input;
import dev.hesse.models.savedmodel.SavedModelLoss.Spec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Small classifiers of four examples, and their losses by TensorFlow's run of them. */
final class SmallLosses {
  static final AttrValue FLOAT = type(DataType.DT_FLOAT);
  static final AttrValue INT32 = type(DataType.DT_INT32);
  static final int BATCH = 4;
  static final int CLASSES = 3;
  static final float[][] X = numbers(BATCH, 2);
  static final int[] LABELS = {0, 2, 1, 2};

  static float[][] numbers(int rows, int columns) {
    Random random = new Random(rows + 10L * columns);
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return numbers;
  }

  static StoredTensor weights(long... shape) {
    int count = (int) StoredTensor.elementCount(shape);
    return StoredTensor.of(shape, numbers(1, count)[0]);
  }

  /** x·w + b, of CLASSES outputs, named logits. */
  static TestModel linear() {
    return new TestModel()
        .input("x", -1, 2)
        .variable("w", DataType.DT_FLOAT, weights(2, CLASSES))
        .variable("b", DataType.DT_FLOAT, weights(CLASSES))
        .add("MatMul", "product", "x", "w/read")
        .add("BiasAdd", "logits", "product", "b/read");
  }

  static TestModel ending(String ending) {
    TestModel model = linear();
    switch (ending) {
      case "softmax" -> model.add("Softmax", "y", "logits");
      case "identity" -> model.add("Softmax", "p", "logits").add("Identity", "y", "p");
      case "reshape" ->
          model
              .add("Softmax", "p", "logits")
              .integers("sizes", -1, 1, CLASSES)
              .add("Reshape", "q", List.of("p", "sizes"), Map.of("T", FLOAT, "Tshape", INT32))
              .add("Squeeze", "y", "q");
      case "cast" ->
          model
              .add("Softmax", "p", "logits")
              .add("Cast", "y", List.of("p"), Map.of("SrcT", FLOAT, "DstT", FLOAT));
      case "written out", "written out without a shift" -> {
        model.integers("last", -1);
        Map<String, AttrValue> keep =
            Map.of(
                "T", FLOAT, "Tidx", INT32, "keep_dims", AttrValue.newBuilder().setB(true).build());
        boolean shifted = ending.equals("written out");
        model.add("Max", "max", List.of("logits", "last"), keep);
        model.add("Sub", "shifted", "logits", "max");
        model.add("Exp", "exp", shifted ? "shifted" : "logits");
        model.add("Sum", "sum", List.of("exp", "last"), keep);
        model.add("RealDiv", "y", "exp", "sum");
      }
      case "logits" -> model.add("Identity", "y", "logits");
      case "log softmax" -> model.add("LogSoftmax", "y", "logits");
      default -> throw new IllegalArgumentException(ending);
    }
    return model;
  }

  static Spec spec(boolean fromProbabilities) {
    return new Spec(
        "y:0",
        List.of(new Input("x:0", "x", List.of(2L))),
        Map.of(),
        Optional.of(Loss.SOFTMAX_CROSS_ENTROPY),
        false,
        fromProbabilities,
        Optional.empty(),
        Optional.empty());
  }

  static TType tensor(Precision precision, float[][] values) {
    return precision == Precision.FLOAT32
        ? TFloat32.tensorOf(StdArrays.ndCopyOf(values))
        : TFloat64.tensorOf(
            Shape.of(values.length, values[0].length),
            DataBuffers.of(
                Arrays.stream(values)
                    .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]))
                    .toArray()));
  }

  /** The loss that a model's graph computes from what its checkpoint holds. */
  static double loss(SavedModelLoss model, TType labels) {
    LossGraph loss = model.lossGraph(BATCH, Precision.FLOAT64);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(loss.graph());
      List<TType> fed = new ArrayList<>(List.of(labels));
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner();
        for (LossGraph.Feed feed : loss.feeds()) {
          boolean isInput = !feed.array().equals(Batch.LABELS);
          if (isInput) {
            fed.add(tensor(Precision.FLOAT64, X));
          }
          runner.feed(feed.node(), isInput ? fed.get(fed.size() - 1) : labels);
        }
        for (LossGraph.Variable variable : loss.variables()) {
          double[] value = model.weights().get(variable.name());
          fed.add(
              TFloat64.tensorOf(
                  Shape.of(variable.shape().stream().mapToLong(d -> d).toArray()),
                  DataBuffers.of(value)));
          runner.feed(variable.name() + ".read", fed.get(fed.size() - 1));
        }
        try (TFloat64 result = (TFloat64) runner.fetch(loss.loss()).run().get(0)) {
          return result.getDouble();
        }
      } finally {
        fed.forEach(Tensor::close);
      }
    }
  }

  /** What the model's own graph, as it is in the file, makes of the examples. */
  static float[][] served(TestModel model, String output) {
    GraphDef definition = model.graph();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      List<TType> fed = new ArrayList<>(List.of(tensor(Precision.FLOAT32, X)));
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner().feed("x", fed.get(0));
        model
            .variables()
            .forEach(
                (name, value) -> {
                  float[] numbers = new float[value.elementCount()];
                  Arrays.setAll(
                      new Float[numbers.length], i -> numbers[i] = (float) value.toDouble(i));
                  fed.add(TFloat32.tensorOf(Shape.of(value.shape()), DataBuffers.of(numbers)));
                  runner.feed(name + "/read", fed.get(fed.size() - 1));
                });
        try (TFloat32 result = (TFloat32) runner.fetch(output).run().get(0)) {
          return StdArrays.array2dCopyOf(result);
        }
      } finally {
        fed.forEach(Tensor::close);
      }
    }
  }

  /** Of the probabilities of the examples' classes. */
  static double crossEntropy(float[][] probabilities) {
    double loss = 0;
    for (int i = 0; i < BATCH; i++) {
      loss -= Math.log(probabilities[i][LABELS[i]]) / BATCH;
    }
    return loss;
  }

  /** Of the softmax of logits. */
  static double softmaxCrossEntropy(double[][] logits) {
    double loss = 0;
    for (int i = 0; i < BATCH; i++) {
      double sum = Arrays.stream(logits[i]).map(Math::exp).sum();
      loss += (Math.log(sum) - logits[i][LABELS[i]]) / BATCH;
    }
    return loss;
  }

  /** The loss against {@link #LABELS}, as {@link #loss(SavedModelLoss, TType)} computes it. */
  static double loss(SavedModelLoss model) {
    try (TInt32 labels = TInt32.vectorOf(LABELS)) {
      return loss(model, labels);
    }
  }

  private SmallLosses() {}
}
