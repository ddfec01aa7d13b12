package dev.hesse.spark;

import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.OperatorChecks;
import java.io.Serializable;
import java.util.ArrayList;

/** What a part's operator found out when it was opened. */
record PartFinding(
    double loss,
    double accuracy,
    double gradientDifference,
    double symmetry,
    ArrayList<String> unusedParameters,
    double noise,
    double forwardSeconds,
    int keptMiniBatches,
    long keptBytes)
    implements Serializable {

  static PartFinding of(CurvatureOperator operator) {
    OperatorChecks checks = operator.checks();
    return new PartFinding(
        operator.loss(),
        operator.accuracy(),
        checks.gradientDifference(),
        checks.symmetry(),
        new ArrayList<>(checks.unusedParameters()),
        operator.noise(),
        operator.forwardSeconds(),
        operator.keptMiniBatches(),
        operator.keptBytes());
  }

  OperatorChecks checks() {
    return new OperatorChecks(gradientDifference, symmetry, unusedParameters);
  }
}
