package dev.hesse.plot;

import dev.hesse.io.BadInputException;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.TrainingLog;
import dev.hesse.io.report.TrainingLog.Curvature;
import dev.hesse.io.report.TrainingLog.Epoch;
import dev.hesse.plot.Series.Sample;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The diagrams that a training log has data for. */
final class TrainingPanels {
  private static final double TALL = 92;
  private static final double LOW = 68;
  private static final int DIGITS = 4;

  private final TrainingLog log;
  private final Typeface typeface;
  private final List<Panel> panels = new ArrayList<>();

  private TrainingPanels(TrainingLog log, Typeface typeface) {
    this.log = log;
    this.typeface = typeface;
  }

  /**
   * Loss, accuracy, learning rate, largest eigenvalue, trace and density, those that there are.
   *
   * @throws BadInputException if there is none
   */
  static List<Panel> of(TrainingLog log, Typeface typeface) {
    TrainingPanels chosen = new TrainingPanels(log, typeface);
    chosen.addLearning();
    chosen.addCurvature();
    if (chosen.panels.isEmpty()) {
      throw new BadInputException(
          "The training log has no finite value to draw", "Draw it when an epoch is done");
    }
    return chosen.panels;
  }

  /** The last epoch that there is anything about, at least 1. */
  static int lastEpoch(TrainingLog log) {
    int last = 1;
    for (Epoch epoch : log.epochs()) {
      last = Math.max(last, epoch.epoch());
    }
    for (Curvature curvature : log.curvature()) {
      last = Math.max(last, curvature.epoch());
    }
    return last;
  }

  private void addLearning() {
    add("Loss", TALL, trainAndTest(Epoch::trainLoss, Epoch::testLoss));
    add(
        "Accuracy in %",
        TALL,
        trainAndTest(epoch -> 100 * epoch.trainAccuracy(), epoch -> 100 * epoch.testAccuracy()));
    if (log.epochs().stream().mapToDouble(Epoch::learningRate).distinct().count() > 1) {
      add("Learning rate", LOW, List.of(learningRate()));
    }
  }

  private List<Series> trainAndTest(ToDoubleFunction<Epoch> train, ToDoubleFunction<Epoch> test) {
    return List.of(
        overEpochs("train", Palette.DENSITY, train), overEpochs("test", Palette.TOP, test));
  }

  private Series overEpochs(String name, Color color, ToDoubleFunction<Epoch> value) {
    List<Sample> samples =
        log.epochs().stream()
            .map(epoch -> new Sample(epoch.epoch(), value.applyAsDouble(epoch), 0))
            .toList();
    return new Series(withLast(name, samples), color, true, samples);
  }

  /** Steps: an epoch's rate is that from the epoch before it on. */
  private Series learningRate() {
    List<Sample> samples = new ArrayList<>();
    for (Epoch epoch : log.epochs()) {
      samples.add(new Sample(epoch.epoch() - 1, epoch.learningRate(), 0));
      samples.add(new Sample(epoch.epoch(), epoch.learningRate(), 0));
    }
    return new Series(withLast("last", samples), Palette.INK, false, samples);
  }

  private void addCurvature() {
    List<Curvature> curvature = log.curvature();
    if (curvature.isEmpty()) {
      return;
    }
    List<Sample> largest = new ArrayList<>();
    List<Sample> smallest = new ArrayList<>();
    List<Sample> traces = new ArrayList<>();
    for (Curvature one : curvature) {
      largest.add(sample(one, one.lambdaMax()));
      smallest.add(sample(one, one.lambdaMin()));
      traces.add(new Sample(one.epoch(), one.trace().value(), one.trace().standardError()));
    }
    Label max = Label.of("λ").sub("max");
    Label min = Label.of("λ").sub("min");
    add(max, TALL, List.of(new Series(withLast("last", largest), Palette.TOP, true, largest)));
    add("Trace", TALL, List.of(new Series(withLast("last", traces), Palette.INK, true, traces)));
    List<Series> extremes =
        Stream.of(
                new Series(max, Palette.TOP, true, largest),
                new Series(min, Palette.BOTTOM, true, smallest))
            .filter(Series::known)
            .toList();
    panels.add(new DensityPanel(curvature, log.model().parameters(), extremes, typeface));
  }

  private static Sample sample(Curvature at, @Nullable Eigenvalue eigenvalue) {
    return eigenvalue == null
        ? new Sample(at.epoch(), Double.NaN, 0)
        : new Sample(at.epoch(), eigenvalue.value(), eigenvalue.residual());
  }

  /** A name with the last value and its error, if it has one. */
  private static Label withLast(String name, List<Sample> samples) {
    if (samples.isEmpty()) {
      return Label.of(name);
    }
    Sample last = samples.get(samples.size() - 1);
    Label value =
        last.error() > 0
            ? Numerals.withError(last.value(), last.error())
            : Numerals.rounded(last.value(), DIGITS);
    return Label.of(name + " ").then(value);
  }

  private void add(String name, double height, List<Series> series) {
    add(Label.of(name), height, series);
  }

  private void add(Label name, double height, List<Series> series) {
    List<Series> known = series.stream().filter(Series::known).toList();
    if (!known.isEmpty()) {
      panels.add(new SeriesPanel(name, height, known, typeface));
    }
  }
}
