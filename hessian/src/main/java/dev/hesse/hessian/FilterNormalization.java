package dev.hesse.hessian;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout.Parameter;
import java.util.Map;
import java.util.Objects;

/**
 * Random directions in which every filter of a network moves by as much as it is large: dᵢⱼ ←
 * dᵢⱼ·‖wᵢⱼ‖/‖dᵢⱼ‖ for filter j of parameter i, with Gaussian d. The loss along them does not depend
 * on how a network without batch norm's scales splits its weights between layers, so that curves of
 * two networks can be compared.
 *
 * <p>A filter is what one output channel reads: the slice of a parameter of rank 2 or more at one
 * index of its last axis. That is an output channel of a convolution kernel [height, width, in,
 * out] and a column of a dense kernel [in, out]. Parameters of rank 0 and 1, which are biases and
 * the scales and shifts of batch norm, do not move unless asked for; then each is one filter. (The
 * authors' program would take the parameter itself in place of a random direction there.)
 *
 * <p>Reference: Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets",
 * NeurIPS 2018, section 4.
 */
public final class FilterNormalization {
  private FilterNormalization() {}

  /**
   * A direction in the order of the model's parameters.
   *
   * <p>Random: a function of (seed, index) and the weights.
   *
   * @param index which of the directions that a seed has
   * @param vectors whether parameters of rank 0 and 1 move too
   */
  public static double[] direction(LossModel model, long seed, int index, boolean vectors) {
    double[] direction = new Probes(seed).gaussian(index, model.parameters().dimension());
    Map<String, double[]> weights = model.weights();
    for (Parameter parameter : model.parameters().parameters()) {
      normalize(
          direction,
          parameter,
          Objects.requireNonNull(weights.get(parameter.name()), parameter.name()),
          vectors);
    }
    return direction;
  }

  private static void normalize(
      double[] direction, Parameter parameter, double[] weights, boolean vectors) {
    int rank = parameter.shape().size();
    int filters = rank < 2 ? 1 : Math.toIntExact(parameter.shape().get(rank - 1));
    double[] of = new double[filters];
    double[] wanted = new double[filters];
    for (int i = 0; i < weights.length; i++) {
      double entry = direction[parameter.offset() + i];
      of[i % filters] += entry * entry;
      wanted[i % filters] += weights[i] * weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      int filter = i % filters;
      int entry = parameter.offset() + i;
      boolean moves = (rank > 1 || vectors) && wanted[filter] > 0 && of[filter] > 0;
      direction[entry] = moves ? direction[entry] * Math.sqrt(wanted[filter] / of[filter]) : 0;
    }
  }
}
