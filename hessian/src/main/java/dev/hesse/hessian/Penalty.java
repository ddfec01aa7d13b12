package dev.hesse.hessian;

import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.Map;
import java.util.Objects;

/**
 * λ‖w‖² over all parameters w, computed in double precision: Keras' L2 regulariser. Its gradient is
 * 2λw, and its Hessian, which is also its Gauss-Newton matrix, 2λ times the identity.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Penalty(double lambda, double[] weights) {

  static Penalty of(LossModel model, double lambda) {
    if (lambda == 0) {
      return new Penalty(0, new double[0]);
    }
    double[] flat = new double[model.parameters().dimension()];
    Map<String, double[]> weights = model.weights();
    for (Parameter parameter : model.parameters().parameters()) {
      double[] values = Objects.requireNonNull(weights.get(parameter.name()), parameter.name());
      System.arraycopy(values, 0, flat, parameter.offset(), parameter.size());
    }
    return new Penalty(lambda, flat);
  }

  static void requireValid(double lambda) {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new IllegalArgumentException("expected a finite l2 of at least 0, got " + lambda);
    }
  }

  double loss() {
    double sum = 0;
    for (double weight : weights) {
      sum += weight * weight;
    }
    return lambda * sum;
  }

  void addGradientTo(double[] gradient) {
    for (int i = 0; i < weights.length; i++) {
      gradient[i] += 2 * lambda * weights[i];
    }
  }

  /** Adds a share of 2λx to y. */
  void addProductTo(double[] y, double[] x, double share) {
    if (lambda > 0) {
      for (int i = 0; i < y.length; i++) {
        y[i] += share * 2 * lambda * x[i];
      }
    }
  }
}
