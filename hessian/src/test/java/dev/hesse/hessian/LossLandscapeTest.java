package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class LossLandscapeTest {
  /** Rounding in float64 through about ten layers, relative to a loss. */
  private static final double DOUBLE = 1e-13;

  static final List<ResNetConfig> KINDS = Networks.KINDS;

  private static LossLandscape landscape(
      ResNet net, BatchSource data, double l2, LossLandscape.Axis... axes) {
    return LossLandscape.of(
        net,
        data,
        List.of(axes),
        new LossLandscape.Options(3, Precision.FLOAT64, Device.CPU, l2),
        Progress.NONE);
  }

  private static double[] direction(ResNet net, int index) {
    return FilterNormalization.direction(net, 5, index, true);
  }

  private static Map<Integer, Double> steps(double a, double[] first, double b, double[] second) {
    Map<Integer, Double> steps = new HashMap<>();
    for (int i = 0; i < first.length; i++) {
      steps.put(i, a * first[i] + b * second[i]);
    }
    return steps;
  }

  private static double accuracy(double[] outputs, Batch batch) {
    StoredTensor labels = (StoredTensor) batch.array(Batch.LABELS);
    int classes = outputs.length / batch.size();
    double correct = 0;
    for (int i = 0; i < batch.size(); i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = outputs[i * classes + c] > outputs[i * classes + best] ? c : best;
      }
      correct += best == (int) labels.toDouble(i) ? 1 : 0;
    }
    return correct / batch.size();
  }

  /** Mini-batches of 3, 3 and 1 examples beside all of them at once, in the graph as it was. */
  @ParameterizedTest
  @FieldSource("KINDS")
  void aCurveIsTheLossWithChangedWeights(ResNetConfig config) {
    ResNet net = Networks.random(config, 1);
    BatchSource data = Networks.data(7, config.classes(), 2);
    double[] d = direction(net, 0);
    List<Double> coordinates = List.of(-1.0, -0.1, 0.0, 0.4, 0.9);
    LossLandscape found = landscape(net, data, 0, new LossLandscape.Axis(d, coordinates));
    assertThat(found.losses()).hasSize(5);
    try (LossAt truth = new LossAt(net, data.read(0, 7))) {
      for (int i = 0; i < 5; i++) {
        Map<Integer, Double> steps = steps(coordinates.get(i), d, 0, d);
        double loss = truth.moved(steps);
        assertThat(found.losses().get(i)).isCloseTo(loss, within(DOUBLE * loss));
        assertThat(found.accuracies().get(i))
            .isCloseTo(accuracy(truth.outputs(steps), data.read(0, 7)), within(1e-15));
      }
    }
    assertThat(found.pointSeconds()).isPositive();
    assertThat(found.forwardSeconds()).isPositive();
  }

  @Test
  void aPlanesLastCoordinateChangesFastestAndThePenaltyMovesToo() {
    ResNet net = Networks.random(Networks.SMALLEST, 3);
    BatchSource data = Networks.data(4, 10, 4);
    double[] first = direction(net, 0);
    double[] second = FilterNormalization.direction(net, 5, 1, false);
    List<Double> a = List.of(-0.5, 0.0, 0.5);
    List<Double> b = List.of(-0.3, 0.7);
    LossLandscape found =
        landscape(
            net, data, 0.25, new LossLandscape.Axis(first, a), new LossLandscape.Axis(second, b));
    List<Double> expected = new ArrayList<>();
    try (LossAt truth = new LossAt(net, data.read(0, 4))) {
      for (double x : a) {
        for (double y : b) {
          Map<Integer, Double> steps = steps(x, first, y, second);
          expected.add(truth.moved(steps) + 0.25 * squaredNorm(net, steps));
        }
      }
    }
    for (int k = 0; k < 6; k++) {
      assertThat(found.losses().get(k))
          .isCloseTo(expected.get(k), within(DOUBLE * expected.get(k)));
    }
    assertThat(expected.stream().distinct()).hasSize(6);
  }

  private static double squaredNorm(ResNet net, Map<Integer, Double> steps) {
    return net.parameters().parameters().stream()
        .mapToDouble(
            parameter -> {
              double[] weights = net.weights().get(parameter.name());
              double sum = 0;
              for (int i = 0; i < weights.length; i++) {
                sum += Math.pow(weights[i] + steps.get(parameter.offset() + i), 2);
              }
              return sum;
            })
        .sum();
  }

  /**
   * Along the gradient and its product, which have curvature. At step h = 1e-6 differences are off
   * by about 4·u·L/h² ≈ 1e-3 and, where a ReLU's kink lies between the points, by more; for these
   * seeds none does.
   */
  @Test
  void theQuadraticModelHasTheCurvesSecondDifference() {
    ResNet net = Networks.random(Networks.SMALLEST, 6);
    BatchSource data = Networks.data(3, 10, 7);
    double h = 1e-6;
    List<Double> coordinates = List.of(-h, 0.0, h);
    List<double[]> directions;
    QuadraticModel model;
    try (CurvatureOperator operator =
        new CurvatureOperator(
            net,
            data,
            new CurvatureOperator.Options(
                Curvature.HESSIAN, 3, Precision.FLOAT64, Device.CPU, 1L << 30))) {
      double[] product = new double[operator.dimension()];
      operator.apply(operator.gradient(), product);
      directions = List.of(unit(operator.gradient()), unit(product));
      model = QuadraticModel.of(operator, directions);
    }
    for (int k = 0; k < 2; k++) {
      List<Double> losses =
          landscape(net, data, 0, new LossLandscape.Axis(directions.get(k), coordinates)).losses();
      double below = losses.get(0);
      double middle = losses.get(1);
      double above = losses.get(2);
      assertThat(middle).isCloseTo(model.loss(), within(DOUBLE * middle));
      assertThat((above - below) / (2 * h)).isCloseTo(model.slopes().get(k), within(1e-8));
      double curvature = model.curvature().get(k).get(k);
      assertThat((above - 2 * middle + below) / (h * h)).isCloseTo(curvature, within(5e-3));
      assertThat(Math.abs(curvature)).isGreaterThan(1);
      assertThat(model.range(k, 2)).isCloseTo(2 / Math.sqrt(Math.abs(curvature)), within(1e-15));
    }
    List<Double> plane =
        landscape(
                net,
                data,
                0,
                new LossLandscape.Axis(directions.get(0), coordinates),
                new LossLandscape.Axis(directions.get(1), coordinates))
            .losses();
    double mixed = plane.get(8) - plane.get(6) - plane.get(2) + plane.get(0);
    double cross = model.curvature().get(0).get(1);
    assertThat(mixed / (4 * h * h)).isCloseTo(cross, within(5e-3));
    double byHand =
        model.loss()
            + h * (model.slopes().get(0) - model.slopes().get(1))
            + h * h * (model.curvature().get(0).get(0) + model.curvature().get(1).get(1)) / 2
            - h * h * cross;
    assertThat(model.at(h, -h)).isCloseTo(byHand, within(DOUBLE * byHand));
  }

  private static double[] unit(double[] direction) {
    double norm = 0;
    for (double entry : direction) {
      norm += entry * entry;
    }
    double[] unit = direction.clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= Math.sqrt(norm);
    }
    return unit;
  }

  @Test
  void aLossThatIsNotFiniteIsNotANumberThere() {
    ResNet net = Networks.random(Networks.SMALLEST, 8);
    LossLandscape found =
        landscape(
            net,
            Networks.data(2, 10, 9),
            0,
            new LossLandscape.Axis(direction(net, 0), List.of(-1e200, 0.0, 1e200)));
    assertThat(found.losses().get(0)).isNaN();
    assertThat(found.losses().get(1)).isFinite();
    assertThat(found.losses().get(2)).isNaN();
    assertThat(found.accuracies().get(0)).isNaN();
    assertThat(found.accuracies().get(1)).isBetween(0.0, 1.0);
  }

  @Test
  void aModelWhoseOwnLossIsNotFiniteIsRefused() {
    ResNet net = Networks.random(Networks.SMALLEST, 10);
    double[] d = direction(net, 0);
    net.weights().get("fc.bias")[0] = Double.NaN;
    assertThatThrownBy(
            () ->
                landscape(
                    net,
                    Networks.data(2, 10, 11),
                    0,
                    new LossLandscape.Axis(d, List.of(-1.0, 0.0, 1.0))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the loss is NaN");
  }

  @Test
  void progressHearsOfEveryRunAndMayStop() {
    ResNet net = Networks.random(Networks.SMALLEST, 12);
    LossLandscape.Axis axis = new LossLandscape.Axis(direction(net, 0), List.of(-1.0, 0.0, 1.0));
    List<Integer> heard = new ArrayList<>();
    assertThatThrownBy(
            () ->
                LossLandscape.of(
                    net,
                    Networks.data(4, 10, 13),
                    List.of(axis),
                    new LossLandscape.Options(2, Precision.FLOAT32, Device.CPU, 0),
                    (phase, done, limit, estimate, error) -> {
                      heard.add(done);
                      assertThat(limit).isEqualTo(6);
                      if (done == 5) {
                        throw new CancellationException();
                      }
                    }))
        .isInstanceOf(CancellationException.class);
    assertThat(heard).containsExactly(1, 2, 3, 4, 5);
  }
}
