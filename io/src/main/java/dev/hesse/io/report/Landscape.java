package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Tool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a network on a line or a plane through its weights. Records and their components are
 * named and nested as the members of {@code landscape.json}. Lists over the grid's points have the
 * last axis's coordinate change fastest; in them, what is not finite is NaN, and null in JSON.
 *
 * @param loss mean loss over the examples at the weights themselves
 * @param accuracy fraction of the examples that are classified right there; null where nothing is
 *     classified
 * @param seed of every random choice
 * @param axes one or two
 * @param losses at every point
 * @param accuracies at every point; empty where nothing is classified
 * @param quadratic the loss by its derivatives at the weights; null where it was not computed
 */
public record Landscape(
    Tool tool,
    Model model,
    Data data,
    double loss,
    @Nullable Double accuracy,
    long seed,
    List<Axis> axes,
    List<Double> losses,
    List<Double> accuracies,
    @Nullable Quadratic quadratic,
    Cost cost)
    implements Report {

  /** The version of the JSON document that this class mirrors. */
  public static final int SCHEMA_VERSION = 1;

  public Landscape {
    axes = List.copyOf(axes);
    losses = List.copyOf(losses);
    accuracies = List.copyOf(accuracies);
    if (axes.isEmpty() || axes.size() > 2) {
      throw new IllegalArgumentException("expected one or two axes, got " + axes.size());
    }
    long points =
        axes.stream().mapToLong(axis -> axis.coordinates().size()).reduce(1, (a, b) -> a * b);
    requireSize("losses", losses.size(), points);
    if (!accuracies.isEmpty()) {
      requireSize("accuracies", accuracies.size(), points);
    }
    if (quadratic != null) {
      requireSize("losses of the quadratic model", quadratic.losses().size(), points);
      requireSize("slopes", quadratic.slopes().size(), axes.size());
      requireSize("curvature", quadratic.curvature().size(), (long) axes.size() * axes.size());
    }
  }

  private static void requireSize(String name, int found, long expected) {
    if (found != expected) {
      throw new IllegalArgumentException("expected %d %s, got %d".formatted(expected, name, found));
    }
  }

  /**
   * A direction d in the space of all parameters, and how far the weights were moved along it.
   *
   * @param direction its kind: {@code eigenvector}, {@code random} or {@code file}
   * @param description it in a phrase
   * @param norm ‖d‖
   * @param eigenvalue of an eigenvector
   * @param residual ‖Hd − λd‖ of an eigenvector
   * @param coordinates the multiples of d, ascending
   */
  public record Axis(
      String direction,
      String description,
      double norm,
      @Nullable Double eigenvalue,
      @Nullable Double residual,
      List<Double> coordinates) {
    public Axis {
      coordinates = List.copyOf(coordinates);
      if (coordinates.size() < 2) {
        throw new IllegalArgumentException(
            "expected at least two coordinates, got " + coordinates.size());
      }
      for (int i = 0; i < coordinates.size(); i++) {
        boolean ascending = i == 0 || coordinates.get(i) > coordinates.get(i - 1);
        if (!Double.isFinite(coordinates.get(i)) || !ascending) {
          throw new IllegalArgumentException("expected finite coordinates in ascending order");
        }
      }
    }
  }

  /**
   * L + Σ cᵢ·gᵀdᵢ + ½ Σ cᵢcⱼ·dᵢᵀHdⱼ at coordinates c.
   *
   * @param slopes gᵀdᵢ for every axis
   * @param curvature dᵢᵀHdⱼ for every pair of axes, row by row
   * @param losses its value at every point
   */
  public record Quadratic(List<Double> slopes, List<Double> curvature, List<Double> losses) {
    public Quadratic {
      slopes = List.copyOf(slopes);
      curvature = List.copyOf(curvature);
      losses = List.copyOf(losses);
    }
  }

  /**
   * What the landscape took.
   *
   * @param hvps products with the Hessian, for directions and quadratic model
   * @param seconds wall time from start to report
   * @param pointSeconds mean wall time of a point
   * @param forwardSeconds wall time of the loss alone
   */
  public record Cost(long hvps, double seconds, double pointSeconds, double forwardSeconds) {}
}
