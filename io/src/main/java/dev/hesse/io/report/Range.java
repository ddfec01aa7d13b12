package dev.hesse.io.report;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport.Run;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** The interval that the Ritz values of all runs lie in. */
record Range(double min, double max) {

  static Range of(List<Run> runs) {
    DoubleSummaryStatistics nodes =
        runs.stream()
            .flatMap(run -> run.nodes().stream())
            .mapToDouble(Double::doubleValue)
            .summaryStatistics();
    if (nodes.getCount() == 0) {
      throw new IllegalArgumentException("expected at least one Ritz value, got none");
    }
    Range range = new Range(nodes.getMin(), nodes.getMax());
    if (range.width() > Double.MAX_VALUE / 4) {
      throw new BadInputException(
          "Ritz values from %s to %s are too far apart".formatted(range.min, range.max),
          "Check that the loss is finite");
    }
    return range;
  }

  double width() {
    return max - min;
  }

  double magnitude() {
    return Math.max(Math.abs(min), Math.abs(max));
  }
}
