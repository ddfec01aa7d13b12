package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Vectors;
import java.util.Arrays;
import java.util.List;

/**
 * The loss along directions d₁ … dₖ by its derivatives at the weights: L + Σᵢ cᵢ·gᵀdᵢ + ½ Σᵢⱼ
 * cᵢcⱼ·dᵢᵀHdⱼ.
 *
 * @param loss L
 * @param slopes gᵀdᵢ
 * @param curvature dᵢᵀHdⱼ, row by row; for a unit eigenvector the diagonal is its eigenvalue
 */
public record QuadraticModel(double loss, List<Double> slopes, List<List<Double>> curvature) {

  public QuadraticModel {
    slopes = List.copyOf(slopes);
    curvature = curvature.stream().map(List::copyOf).toList();
  }

  /**
   * Of the loss and the matrix that the operator has.
   *
   * <p>Cost: a product for each direction.
   */
  public static QuadraticModel of(CurvatureOperator operator, List<double[]> directions) {
    double[] gradient = operator.gradient();
    double[][] products = new double[directions.size()][operator.dimension()];
    operator.applyBlock(directions.toArray(double[][]::new), products);
    return new QuadraticModel(
        operator.loss(),
        directions.stream().map(direction -> Vectors.dot(gradient, direction)).toList(),
        Arrays.stream(products)
            .map(product -> directions.stream().map(other -> Vectors.dot(product, other)).toList())
            .toList());
  }

  /** The model's value at coordinates, as many as there are directions. */
  public double at(double... coordinates) {
    double value = loss;
    for (int i = 0; i < slopes.size(); i++) {
      value += coordinates[i] * slopes.get(i);
      for (int j = 0; j < slopes.size(); j++) {
        value += coordinates[i] * coordinates[j] * curvature.get(i).get(j) / 2;
      }
    }
    return value;
  }

  /**
   * How far along a direction the curvature alone changes the loss by {@code rise}: √(2·rise /
   * |dᵀHd|), or 1 where that is no positive number.
   */
  public double range(int direction, double rise) {
    double range = Math.sqrt(2 * rise / Math.abs(curvature.get(direction).get(direction)));
    return range > 0 && Double.isFinite(range) ? range : 1;
  }
}
