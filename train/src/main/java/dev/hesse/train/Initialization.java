package dev.hesse.train;

import dev.hesse.hessian.linalg.Probes;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNet;
import dev.hesse.models.ResNetConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The weights that training starts from, as PyHessian's networks and PyTorch's layers draw them:
 * convolution kernels normal with mean 0 and variance 2/n, n = height · width · output channels
 * (He, Zhang, Ren, Sun, <i>Delving Deep into Rectifiers</i>, ICCV 2015); batch norm with scale and
 * variance 1, shift and mean 0; the classifier uniform in ±1/√inputs.
 */
public final class Initialization {
  private Initialization() {}

  /** A network with fresh weights, the same for a seed on every machine. */
  public static ResNet draw(ResNetConfig config, long seed) {
    List<Variable> variables =
        new ResNet(config, Map.of()).lossGraph(1, Precision.FLOAT32).variables();
    Map<String, double[]> weights = new LinkedHashMap<>();
    Probes probes = new Probes(seed);
    SplittableRandom random = new SplittableRandom(seed);
    double classifierBound = 1 / Math.sqrt(config.channels(2));
    for (int i = 0; i < variables.size(); i++) {
      Variable variable = variables.get(i);
      List<Long> shape = variable.shape();
      double[] values = new double[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
      if (shape.size() == 4) {
        double deviation = Math.sqrt(2.0 / (shape.get(0) * shape.get(1) * shape.get(3)));
        double[] normal = probes.gaussian(i, values.length);
        Arrays.setAll(values, j -> (float) (deviation * normal[j]));
      } else if (variable.name().startsWith("fc.")) {
        Arrays.setAll(values, j -> (float) (classifierBound * (2 * random.nextDouble() - 1)));
      } else if (variable.name().endsWith(".weight") || variable.name().endsWith(".running_var")) {
        Arrays.fill(values, 1);
      }
      weights.put(variable.name(), values);
    }
    return new ResNet(config, weights);
  }
}
