package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Trace;
import dev.hesse.plot.Comparison.Group;
import dev.hesse.plot.Comparison.Member;
import dev.hesse.plot.Series.Sample;
import dev.hesse.plot.Spectrum.Curve;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The figure of several reports: largest eigenvalue and trace of each, and the densities. */
final class ComparisonFigure {
  private static final double HEIGHT = 110;
  private static final double POINTS_PER_TICK = 62;

  private final List<ComparedReport> reports;
  private final FigureOptions options;
  private final Typeface typeface;
  private final Comparison comparison;
  private final double width;

  private ComparisonFigure(List<ComparedReport> reports, FigureOptions options, Typeface typeface) {
    this.reports = reports;
    this.options = options;
    this.typeface = typeface;
    this.comparison = Comparison.of(reports);
    this.width = StackedFigure.panelWidth(options);
  }

  /**
   * Lays the figure out.
   *
   * @throws BadInputException if there is nothing to draw, or more than the height has room for
   */
  static Figure of(List<ComparedReport> reports, FigureOptions options, Typeface typeface) {
    return new ComparisonFigure(reports, options, typeface).figure();
  }

  private Figure figure() {
    List<Panel> values = new ArrayList<>();
    addValues(values, Label.of("λ").sub("max"), "error bound", ComparisonFigure::largest);
    addValues(values, Label.of("Trace"), "2 standard errors", ComparisonFigure::trace);
    List<PanelStack> stacks = new ArrayList<>();
    if (!values.isEmpty()) {
      String name = comparison.byExamples() ? "Examples (log scale)" : "Report";
      stacks.add(new PanelStack(values, places(), Label.of(name)));
    }
    if (reports.stream().anyMatch(one -> one.report().density() != null)) {
      stacks.add(densities());
    }
    if (stacks.isEmpty()) {
      throw new BadInputException(
          "None of the %d reports has an eigenvalue, a trace or a density to draw"
              .formatted(reports.size()),
          "Run the analyses with --only eigenvalues,trace,density");
    }
    List<HessianReport> all = reports.stream().map(ComparedReport::report).toList();
    String description =
        stacks.stream()
            .flatMap(stack -> stack.panels().stream())
            .map(Panel::description)
            .collect(Collectors.joining("; "));
    return new StackedFigure(
        new StackedFigure.Text(
            Descriptions.title(all, options), Descriptions.subtitle(all), description),
        stacks,
        options,
        typeface);
  }

  private Axis places() {
    if (comparison.byExamples()) {
      List<Integer> numbers =
          reports.stream().map(one -> one.report().data().examples()).sorted().distinct().toList();
      return PlacesAxis.ofNumbers(numbers, width, typeface);
    }
    return PlacesAxis.ofNames(reports.stream().map(ComparedReport::name).toList(), width, typeface);
  }

  private static @Nullable Sample largest(Member member) {
    Eigenvalue largest = member.report().lambdaMax();
    return largest == null ? null : new Sample(member.place(), largest.value(), largest.error());
  }

  private static @Nullable Sample trace(Member member) {
    Trace trace = member.report().trace();
    return trace == null
        ? null
        : new Sample(member.place(), trace.value(), 2 * trace.standardError());
  }

  /** A panel of one number of each report that has it, if any has. */
  private void addValues(
      List<Panel> panels, Label name, String error, Function<Member, @Nullable Sample> value) {
    List<Series> series = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Group group : comparison.groups()) {
      List<Sample> samples = new ArrayList<>();
      for (Member member : group.members()) {
        Sample sample = value.apply(member);
        if (sample != null) {
          samples.add(sample);
          texts.add(member.label() + " " + Numerals.withError(sample.value(), sample.error()));
        }
      }
      String label = (group.subject().isEmpty() ? "" : group.subject() + " ") + "± " + error;
      series.add(
          new Series(
              Label.of(SeriesKey.fitted(typeface, label, width)),
              group.color(),
              /* dotted= */ true,
              group.dashed(),
              samples));
    }
    series.removeIf(one -> !one.known());
    if (!series.isEmpty()) {
      String description = "%s ± %s: %s".formatted(name, error, String.join(", ", texts));
      panels.add(new SeriesPanel(name, HEIGHT, series, description, typeface));
    }
  }

  /** All densities have the same smoothing, so that they can be compared. */
  private PanelStack densities() {
    DoubleSummaryStatistics extent = new DoubleSummaryStatistics();
    reports.stream()
        .map(ComparedReport::report)
        .filter(report -> report.density() != null)
        .forEach(report -> extent.combine(Spectrum.extent(report)));
    double sigma = Spectrum.sigma(Spectrum.range(extent), options);
    FigureOptions smoothing = options.withSigma2(sigma * sigma);
    List<OverlaidDensities.Entry> densities = new ArrayList<>();
    DoubleSummaryStatistics shown = new DoubleSummaryStatistics();
    for (Group group : comparison.groups()) {
      for (Member member : group.members()) {
        if (member.report().density() == null) {
          continue;
        }
        Spectrum spectrum = Spectrum.of(member.report(), smoothing);
        shown.accept(spectrum.min());
        shown.accept(spectrum.max());
        Label label = Label.of(SeriesKey.fitted(typeface, member.label(), width));
        Series key = new Series(label, member.color(), false, group.dashed(), List.of());
        Curve curve = Objects.requireNonNull(spectrum.density());
        densities.add(new OverlaidDensities.Entry(key, curve, spectrum.largest()));
      }
    }
    int ticks = (int) Math.round(width / POINTS_PER_TICK);
    return new PanelStack(
        List.of(new OverlaidDensities(densities, typeface)),
        LinearAxis.of(shown.getMin(), shown.getMax(), ticks),
        Label.of("Eigenvalue"));
  }
}
