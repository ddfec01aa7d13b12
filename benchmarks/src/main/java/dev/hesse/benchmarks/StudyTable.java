package dev.hesse.benchmarks;

import dev.hesse.benchmarks.Measurements.Quantity;
import dev.hesse.benchmarks.Measurements.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Markdown table of a study: a row for each subject, cells with median and spread over rounds.
 */
final class StudyTable {
  private static final String NOTHING = "";

  private final Measurements measurements;
  private final String study;
  private final List<Column> columns = new ArrayList<>();

  /**
   * A column.
   *
   * @param cell of each subject
   */
  private record Column(String title, Function<String, String> cell) {}

  StudyTable(Measurements measurements, String study) {
    this.measurements = measurements;
    this.study = study;
  }

  /** Adds a column of one number. */
  StudyTable value(String title, Side side, String name) {
    columns.add(new Column(title, subject -> cell(rounds(side, subject, name).values())));
    return this;
  }

  /** Adds a column of one number divided by another, within each round that has both. */
  StudyTable ratio(String title, Side side, String name, Side otherSide, String otherName) {
    columns.add(
        new Column(
            title,
            subject ->
                cell(
                    Measurements.ratios(
                        rounds(side, subject, name), rounds(otherSide, subject, otherName)))));
    return this;
  }

  private Map<Integer, Double> rounds(Side side, String subject, String name) {
    return measurements.byRound(new Quantity(side, study, subject, name));
  }

  private static String cell(Collection<Double> values) {
    return values.isEmpty() ? NOTHING : Spread.of(values).toString();
  }

  /** The table, without the columns that would be empty. */
  String markdown() {
    Set<String> subjects = measurements.subjects(study);
    List<Column> filled =
        columns.stream()
            .filter(
                column -> subjects.stream().anyMatch(each -> !column.cell().apply(each).isEmpty()))
            .toList();
    List<String> rows = new ArrayList<>();
    rows.add(row(NOTHING, filled.stream().map(Column::title)));
    rows.add(row("---", filled.stream().map(column -> "---:")));
    for (String subject : subjects) {
      rows.add(row(subject, filled.stream().map(column -> column.cell().apply(subject))));
    }
    return String.join("\n", rows);
  }

  private static String row(String first, Stream<String> others) {
    return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |"));
  }
}
