package dev.hesse.plot;

import dev.hesse.io.report.HessianReport;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How several reports stand to each other: those of the same matrix follow one another, by the
 * number of examples where that tells all of them apart, otherwise in the order given.
 *
 * @param byExamples whether places are numbers of examples
 * @param groups one for each matrix
 */
record Comparison(boolean byExamples, List<Group> groups) {

  /**
   * Reports of the same matrix.
   *
   * @param subject what tells the matrix from the others; empty if there is one alone
   * @param members in ascending order of places
   */
  record Group(String subject, Color color, boolean dashed, List<Member> members) {}

  /**
   * A report.
   *
   * @param label number of examples or name, after the subject if there is one
   * @param color its own among its group's
   */
  record Member(HessianReport report, double place, String label, Color color) {}

  Comparison {
    groups = List.copyOf(groups);
  }

  static Comparison of(List<ComparedReport> compared) {
    List<HessianReport> reports = compared.stream().map(ComparedReport::report).toList();
    List<String> subjects = subjects(reports, /* withFiles= */ true);
    boolean byExamples = examplesTellApart(reports, subjects);
    if (!byExamples) {
      subjects = subjects(reports, /* withFiles= */ false);
    }
    Map<String, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      members.computeIfAbsent(subjects.get(i), subject -> new ArrayList<>()).add(i);
    }
    List<Group> groups = new ArrayList<>();
    members.forEach(
        (subject, indices) -> {
          int hue = groups.size() % Palette.HUES.size();
          boolean dashed = groups.size() / Palette.HUES.size() % 2 == 1;
          if (byExamples) {
            indices.sort(Comparator.comparing(i -> reports.get(i).data().examples()));
          }
          boolean alone = members.size() == 1;
          Color color = alone ? Palette.INK : Palette.HUES.get(hue);
          List<Member> ordered = new ArrayList<>();
          for (int i : indices) {
            int examples = reports.get(i).data().examples();
            String name =
                byExamples ? Numerals.grouped(examples) + " examples" : compared.get(i).name();
            ordered.add(
                new Member(
                    reports.get(i),
                    byExamples ? examples : i,
                    subject.isEmpty() ? name : subject + ", " + name,
                    alone
                        ? Palette.sequence(ordered.size(), indices.size())
                        : Palette.shade(color, ordered.size(), indices.size())));
          }
          groups.add(new Group(subject, color, dashed, ordered));
        });
    return new Comparison(byExamples, groups);
  }

  private static boolean examplesTellApart(List<HessianReport> reports, List<String> subjects) {
    HashSet<String> seen = new HashSet<>();
    for (int i = 0; i < reports.size(); i++) {
      if (!seen.add(reports.get(i).data().examples() + " " + subjects.get(i))) {
        return false;
      }
    }
    return reports.stream().map(report -> report.data().examples()).distinct().count() > 1;
  }

  /** Of each report what not all have in common. */
  private static List<String> subjects(List<HessianReport> reports, boolean withFiles) {
    List<List<String>> aspects = new ArrayList<>();
    aspects.add(reports.stream().map(Descriptions::matrix).toList());
    aspects.add(
        reports.stream()
            .map(report -> report.block() == null ? "all parameters" : report.block())
            .toList());
    aspects.add(reports.stream().map(report -> report.model().architecture()).toList());
    if (withFiles) {
      List<String> files = reports.stream().map(report -> report.model().source()).toList();
      aspects.add(PathNames.distinguishing(files));
    }
    aspects.removeIf(aspect -> aspect.stream().distinct().count() == 1);
    return IntStream.range(0, reports.size())
        .mapToObj(i -> String.join(", ", aspects.stream().map(aspect -> aspect.get(i)).toList()))
        .toList();
  }

  /** All reports, group by group. */
  List<Member> members() {
    return groups.stream().flatMap(group -> group.members().stream()).toList();
  }
}
