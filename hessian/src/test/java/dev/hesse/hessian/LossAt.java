package dev.hesse.hessian;

import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;
import dev.hesse.models.Precision;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

/**
 * A model's loss in float64 as a function of its parameters, by TensorFlow's forward pass alone: no
 * derivative has a part in it.
 */
final class LossAt implements AutoCloseable {
  private final LossGraph loss;
  private final ParameterLayout layout;
  private final Map<String, double[]> weights;
  private final Graph graph = new Graph();
  private final Session session;
  private final FedBatch batch;

  LossAt(LossModel model, Batch batch) {
    loss = model.lossGraph(batch.size(), Precision.FLOAT64);
    layout = model.parameters();
    weights = model.weights();
    graph.importGraphDef(loss.graph());
    // As it is: what is fed must not be optimised away from where it is fed.
    session = new Session(graph, Device.CPU.sessionConfig(Integer.MAX_VALUE));
    this.batch = new FedBatch(graph, "", loss.feeds(), batch);
  }

  int dimension() {
    return layout.dimension();
  }

  /** The loss where parameters are moved by {@code steps}, by their numbers in a vector. */
  double moved(Map<Integer, Double> steps) {
    return run(loss.loss(), steps)[0];
  }

  /** The outputs there, in row-major order. */
  double[] outputs(Map<Integer, Double> steps) {
    return run(loss.outputs().orElseThrow(), steps);
  }

  private double[] run(String node, Map<Integer, Double> steps) {
    Map<String, double[]> values = new HashMap<>(weights);
    steps.forEach(
        (number, step) -> {
          Parameter parameter = parameter(number);
          values.computeIfPresent(
              parameter.name(),
              (name, before) -> {
                double[] moved = before.clone();
                moved[number - parameter.offset()] += step;
                return moved;
              });
        });
    List<TType> fed =
        loss.variables().stream()
            .map(
                variable ->
                    (TType)
                        Tensors.of(
                            Precision.FLOAT64,
                            Shape.of(variable.shape().stream().mapToLong(d -> d).toArray()),
                            Objects.requireNonNull(values.get(variable.name()))))
            .toList();
    try {
      Session.Runner runner = batch.feedTo(session.runner()).fetch(graph.outputOrThrow(node));
      for (int i = 0; i < fed.size(); i++) {
        runner.feed(graph.outputOrThrow(loss.variables().get(i).name() + ".read"), fed.get(i));
      }
      try (Result result = runner.run()) {
        return Tensors.toDoubles(result.get(0));
      }
    } finally {
      fed.forEach(TType::close);
    }
  }

  private Parameter parameter(int number) {
    Optional<Parameter> found =
        layout.parameters().stream()
            .filter(p -> number >= p.offset() && number < p.offset() + p.size())
            .findFirst();
    return found.orElseThrow();
  }

  /** The second differences of the loss by the parameters with the given numbers. */
  double[][] hessian(int[] numbers, double step) {
    double[][] dense = new double[numbers.length][numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int signs = 0; signs < 4; signs++) {
          double a = (signs & 1) == 0 ? step : -step;
          double b = (signs & 2) == 0 ? step : -step;
          Map<Integer, Double> steps = new HashMap<>(Map.of(numbers[i], a));
          steps.merge(numbers[j], b, Double::sum);
          sum += Math.signum(a * b) * moved(steps);
        }
        dense[i][j] = sum / (4 * step * step);
        dense[j][i] = dense[i][j];
      }
    }
    return dense;
  }

  /** The differences of the outputs by the same parameters: outputs × parameters. */
  double[][] jacobian(int[] numbers, double step) {
    int outputs = outputs(Map.of()).length;
    double[][] jacobian = new double[outputs][numbers.length];
    for (int j = 0; j < numbers.length; j++) {
      double[] above = outputs(Map.of(numbers[j], step));
      double[] below = outputs(Map.of(numbers[j], -step));
      for (int i = 0; i < outputs; i++) {
        jacobian[i][j] = (above[i] - below[i]) / (2 * step);
      }
    }
    return jacobian;
  }

  /** Some parameters of every variable, evenly spread. */
  int[] spread(int perVariable) {
    return layout.parameters().stream()
        .flatMapToInt(
            p -> {
              int[] numbers = new int[Math.min(perVariable, p.size())];
              Arrays.setAll(
                  numbers, i -> p.offset() + (int) ((i + 0.5) * p.size() / numbers.length));
              return Arrays.stream(numbers);
            })
        .toArray();
  }

  @Override
  public void close() {
    batch.close();
    session.close();
    graph.close();
  }
}
