package dev.hesse.spark;

import dev.hesse.models.Precision;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Vectors on their way to the executors, in the precision of the graph that takes them. */
final class SentVectors implements Serializable {
  private static final long serialVersionUID = 1;

  private final float @Nullable [][] singles;
  private final double @Nullable [][] doubles;

  SentVectors(double[][] rows, Precision precision) {
    singles = precision == Precision.FLOAT32 ? rounded(rows) : null;
    doubles = precision == Precision.FLOAT32 ? null : rows;
  }

  private static float[][] rounded(double[][] rows) {
    float[][] rounded = new float[rows.length][rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < rows[i].length; k++) {
        rounded[i][k] = (float) rows[i][k];
      }
    }
    return rounded;
  }

  double[][] rows() {
    if (doubles != null) {
      return doubles;
    }
    float[][] narrow = Objects.requireNonNull(singles);
    double[][] rows = new double[narrow.length][narrow[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < rows[i].length; k++) {
        rows[i][k] = narrow[i][k];
      }
    }
    return rows;
  }
}
