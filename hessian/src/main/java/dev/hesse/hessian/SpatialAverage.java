package dev.hesse.hessian;

import dev.hesse.models.ParameterLayout;
import dev.hesse.models.ParameterLayout.Parameter;

/**
 * Means over the places of convolution kernels: an entry of a parameter of four or five dimensions,
 * [height, width, in, out] or with a depth before them, becomes the mean of those that differ from
 * it in place only. It makes an estimated diagonal less noisy, where the curvature of a kernel
 * differs little from place to place. Other parameters are left as they are.
 *
 * <p>Reference: Yao, Gholami, Shen, Mustafa, Keutzer, Mahoney, "AdaHessian: an adaptive second
 * order optimizer for machine learning", AAAI 2021, section 3.
 */
public final class SpatialAverage {
  private static final int CHANNEL_AXES = 2;

  private SpatialAverage() {}

  /** The vector averaged, as a new one. */
  public static double[] of(double[] vector, ParameterLayout layout) {
    double[] averaged = vector.clone();
    for (Parameter parameter : layout.parameters()) {
      int axes = parameter.shape().size();
      if (axes == 4 || axes == 5) {
        int channels =
            parameter.shape().subList(axes - CHANNEL_AXES, axes).stream()
                .mapToInt(Long::intValue)
                .reduce(1, Math::multiplyExact);
        average(averaged, parameter, channels);
      }
    }
    return averaged;
  }

  private static void average(double[] vector, Parameter parameter, int channels) {
    int end = parameter.offset() + parameter.size();
    int places = channels == 0 ? 0 : parameter.size() / channels;
    for (int channel = 0; channel < channels; channel++) {
      double sum = 0;
      for (int i = parameter.offset() + channel; i < end; i += channels) {
        sum += vector[i];
      }
      for (int i = parameter.offset() + channel; i < end; i += channels) {
        vector[i] = sum / places;
      }
    }
  }
}
