package dev.hesse.plot;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Reports to draw. */
final class Samples {
  static final Trace TRACE = new Trace("hutchinson", true, 100, 100, 190.234, 3.271);

  private Samples() {}

  static HessianReport report(
      @Nullable Eigenvalues eigenvalues, @Nullable Trace trace, @Nullable Density density) {
    return named("resnet20", eigenvalues, trace, density);
  }

  static HessianReport named(
      String architecture,
      @Nullable Eigenvalues eigenvalues,
      @Nullable Trace trace,
      @Nullable Density density) {
    return of(
        new Model("/data/net.pkl", "00ff", architecture, 272_474),
        2000,
        "hessian",
        eigenvalues,
        trace,
        density);
  }

  static HessianReport of(
      Model model,
      int examples,
      String curvature,
      @Nullable Eigenvalues eigenvalues,
      @Nullable Trace trace,
      @Nullable Density density) {
    return new HessianReport(
        new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu"),
        model,
        new Data("/data/cifar-10-batches-bin/", "train", "sequential", examples, 200),
        0.4993346,
        0.86,
        16.384359,
        curvature,
        1,
        null,
        eigenvalues,
        trace,
        density,
        List.of(),
        new Cost(200, 81.5, 0.41, 0.062, null, null));
  }

  /** A bulk at zero with a few outliers. */
  static HessianReport typical() {
    return report(
        eigenvalues(new double[] {30, 22.5, 10}, new double[] {-4.25}),
        TRACE,
        density(run(-4.25, -1, 0, 1, 10, 22.5, 30)));
  }

  static Eigenvalues eigenvalues(double[] top, double[] bottom) {
    return new Eigenvalues("lanczos", true, 60, pairs(top), pairs(bottom));
  }

  private static List<Eigenvalue> pairs(double[] values) {
    return DoubleStream.of(values).mapToObj(value -> new Eigenvalue(value, 1e-3)).toList();
  }

  static Density density(Run... runs) {
    return Density.of(100, List.of(runs));
  }

  /** Equal weights. */
  static Run run(double... nodes) {
    double[] weights = new double[nodes.length];
    Arrays.fill(weights, 1.0 / nodes.length);
    return Run.of(nodes, weights);
  }
}
