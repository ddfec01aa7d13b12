package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Outliers;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.SpectralSum;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.util.List;

/** Reports for tests. */
final class Reports {
  private Reports() {}

  /** Every part there. */
  static HessianReport full() {
    return new HessianReport(
        new Tool("hesse", "0.1.0", "2.18.0", "17.0.15", "cpu"),
        new Model("net.pkl", "00ff", "resnet20", 272_474),
        new Data("cifar", "train", "shuffled", 200, 100),
        0.1 + 0.2,
        0.86,
        Double.MIN_VALUE,
        "hessian",
        -7,
        new Checks(true, 1e-7, List.of("fc \"π\"\n")),
        new Eigenvalues(
            "lanczos",
            true,
            30,
            List.of(new Eigenvalue(3, 1e-3, 1e-6, 0.25), new Eigenvalue(2, 1e-2)),
            List.of(new Eigenvalue(-1, 0))),
        new Trace("hutchinson", false, 100, 100, 1e22 / 3, 12.5),
        Density.of(
            "kpm",
            5,
            List.of(
                new Run(List.of(-1.0, 0.0, 3.0), List.of(0.1, 0.8, 0.1), List.of(0.1, 0.4, 0.5))),
            new Outliers(1, 0, 2),
            List.of(
                new SpectralSum("frobeniusNorm", null, 3.5, 0.25),
                new SpectralSum("countAbove", 0.5, 1, 0.125))),
        List.of(new Layer("conv1.weight", 432, 1.5, 0.25), new Layer("fc.bias", 10, 0.5, null)),
        new Cost(135, 12.25, 0.08, 0.01, 800_000_000L, "spark://host:7077"));
  }

  /** Only what every report has. */
  static HessianReport minimal() {
    return new HessianReport(
        new Tool("hesse", "0.1.0", null, "17", null),
        new Model("model", null, "saved-model", 3),
        new Data("x.npy, y.npy", null, "sequential", 1, 1),
        1.5,
        null,
        null,
        "ggn",
        1,
        null,
        null,
        null,
        null,
        List.of(),
        new Cost(0, 1, null, null, null, null));
  }
}
