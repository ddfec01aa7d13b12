package dev.hesse.cli;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.plot.ComparedReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Largest eigenvalue and trace of several reports as text, a line for each. */
final class ComparisonTable {
  private static final String NONE = "-";

  private ComparisonTable() {}

  static String text(List<ComparedReport> reports) {
    boolean oneMatrix =
        reports.stream().map(one -> one.report().curvature()).distinct().count() == 1;
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "report",
            oneMatrix ? "" : "curvature",
            "examples",
            "λ_max ± bound",
            "trace ± standard error"));
    for (ComparedReport one : reports) {
      HessianReport report = one.report();
      rows.add(
          List.of(
              one.name(),
              oneMatrix ? "" : report.curvature(),
              String.format(Locale.ROOT, "%,d", report.data().examples()),
              largest(report),
              trace(report)));
    }
    return aligned(rows);
  }

  private static String largest(HessianReport report) {
    Eigenvalue largest = report.lambdaMax();
    return largest == null ? NONE : Uncertain.text(largest.value(), largest.error());
  }

  private static String trace(HessianReport report) {
    Trace trace = report.trace();
    return trace == null ? NONE : Uncertain.text(trace.value(), trace.standardError());
  }

  /** Numbers of examples to the right, everything else to the left; without empty columns. */
  private static String aligned(List<List<String>> rows) {
    int examples = 2;
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = rows.stream().mapToInt(other -> other.get(column).length()).max().orElse(0);
        if (width > 0) {
          String space = " ".repeat(width - row.get(i).length());
          line.append(i == examples ? space + row.get(i) : row.get(i) + space).append("  ");
        }
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
