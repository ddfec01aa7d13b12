package dev.hesse.plot;

import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.Landscape;
import dev.hesse.io.report.Landscape.Axis;
import dev.hesse.io.report.Landscape.Cost;
import dev.hesse.io.report.Landscape.Quadratic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Landscapes to draw. */
final class LandscapeSamples {
  private LandscapeSamples() {}

  static Landscape landscape(
      List<Axis> axes,
      List<Double> losses,
      List<Double> accuracies,
      @Nullable Quadratic quadratic) {
    return new Landscape(
        new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu"),
        new Model("/models/net.pkl", null, "ResNet20", 272_474),
        new Data("/data/cifar-10-batches-bin/", "train", "sequential", 200, 200),
        losses.get(losses.size() / 2),
        accuracies.isEmpty() ? null : accuracies.get(accuracies.size() / 2),
        1,
        axes,
        losses,
        accuracies,
        quadratic,
        new Cost(30, 12, 0.08, 0.07));
  }

  static Axis axis(String name, double range, int points) {
    return new Axis(
        "eigenvector",
        name,
        1,
        20.0,
        1e-3,
        IntStream.range(0, points).mapToObj(i -> range * (2.0 * i / (points - 1) - 1)).toList());
  }

  /** 0.1 + 10c² + c³ with its quadratic model and a peaked accuracy. */
  static Landscape curve(int points) {
    Axis axis = axis("eigenvector 1", 0.5, points);
    List<Double> model = axis.coordinates().stream().map(c -> 0.1 + 10 * c * c).toList();
    List<Double> losses =
        axis.coordinates().stream().map(c -> 0.1 + 10 * c * c + c * c * c).toList();
    List<Double> accuracies = axis.coordinates().stream().map(c -> 0.9 - Math.abs(c)).toList();
    return landscape(
        List.of(axis), losses, accuracies, new Quadratic(List.of(0.0), List.of(20.0), model));
  }

  /** A function on the square of half the side {@code range}. */
  static Landscape plane(int points, double range, DoubleBinaryOperator loss) {
    Axis first = axis("eigenvector 1", range, points);
    Axis second = axis("eigenvector 2", range, points);
    List<Double> losses = new ArrayList<>();
    for (double a : first.coordinates()) {
      for (double b : second.coordinates()) {
        losses.add(loss.applyAsDouble(a, b));
      }
    }
    Quadratic model = new Quadratic(List.of(0.0, 0.0), List.of(20.0, 0.0, 0.0, 10.0), losses);
    return landscape(List.of(first, second), losses, List.of(), model);
  }

  static Landscape bowl(int points) {
    return plane(points, 0.5, (a, b) -> 0.1 + 10 * a * a + 5 * b * b + 4 * a * a * b);
  }
}
