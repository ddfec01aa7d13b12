package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Run;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training run, epoch by epoch. Records and their components are named and nested as the members
 * of {@code training.json}.
 *
 * @param options what the run was started with, in the order to show
 * @param epochs in ascending order; those of an unfinished run so far
 * @param curvature in ascending order of epochs; empty where none was asked for
 */
public record TrainingLog(
    Tool tool,
    Model model,
    Data data,
    List<Option> options,
    List<Epoch> epochs,
    List<Curvature> curvature)
    implements Report {

  /** The version of the JSON document that this class mirrors. */
  public static final int SCHEMA_VERSION = 1;

  public TrainingLog {
    options = List.copyOf(options);
    epochs = List.copyOf(epochs);
    curvature = List.copyOf(curvature);
    long names = options.stream().map(Option::name).distinct().count();
    if (names < options.size()) {
      throw new IllegalArgumentException(
          "expected options with different names, got %d names for %d"
              .formatted(names, options.size()));
    }
    requireAscending("epochs", epochs.stream().map(Epoch::epoch).toList());
    requireAscending("curvature", curvature.stream().map(Curvature::epoch).toList());
  }

  private static void requireAscending(String of, List<Integer> numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) <= numbers.get(i - 1)) {
        throw new IllegalArgumentException(
            "expected %s in ascending order, got epoch %d after %d"
                .formatted(of, numbers.get(i), numbers.get(i - 1)));
      }
    }
  }

  /**
   * The network.
   *
   * @param parameters how many numbers training changes
   */
  public record Model(String architecture, long parameters) {}

  /**
   * The examples.
   *
   * @param source the folder or files that they came from, as the user gave them
   */
  public record Data(String source, int trainExamples, int testExamples) {}

  /** One thing that the run was started with: a member of {@code options}. */
  public sealed interface Option {
    String name();

    record Text(String name, String value) implements Option {}

    record Flag(String name, boolean value) implements Option {}

    record Whole(String name, long value) implements Option {}

    record Real(String name, double value) implements Option {
      public Real {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("expected %s finite, got %s".formatted(name, value));
        }
      }
    }
  }

  /**
   * One pass over the training examples. A loss or accuracy that is NaN was not measured or is not
   * finite.
   *
   * @param epoch from 1
   * @param learningRate at the epoch's first step
   * @param trainLoss mean over the epoch's examples, each at its step
   * @param trainAccuracy fraction of them classified right, likewise
   * @param testLoss mean over the test examples after the epoch, batch norm in evaluation mode
   * @param testAccuracy fraction of them classified right
   * @param seconds wall time of the epoch, without its curvature
   * @param stepSeconds mean wall time of a step alone
   */
  public record Epoch(
      int epoch,
      double learningRate,
      double trainLoss,
      double trainAccuracy,
      double testLoss,
      double testAccuracy,
      double seconds,
      double stepSeconds) {
    public Epoch {
      if (epoch < 1) {
        throw new IllegalArgumentException("expected an epoch from 1, got " + epoch);
      }
    }
  }

  /**
   * The Hessian after an epoch.
   *
   * @param epoch 0 for the initial weights
   * @param loss mean over the examples that the Hessian is of, batch norm in evaluation mode
   * @param eigenvalues at least one of them at the top
   * @param density the quadrature of each Lanczos run, at least one
   * @param hvps matrix-vector products in all
   * @param seconds wall time in all
   */
  public record Curvature(
      int epoch,
      double loss,
      Eigenvalues eigenvalues,
      Trace trace,
      List<Run> density,
      long hvps,
      double seconds) {
    public Curvature {
      density = List.copyOf(density);
      if (epoch < 0) {
        throw new IllegalArgumentException("expected an epoch from 0, got " + epoch);
      }
      if (eigenvalues.top().isEmpty()) {
        throw new IllegalArgumentException("expected at least one eigenvalue at the top, got none");
      }
      if (density.isEmpty()) {
        throw new IllegalArgumentException("expected at least one run, got none");
      }
    }

    public Eigenvalue lambdaMax() {
      return eigenvalues.top().get(0);
    }

    /** The smallest eigenvalue; null where none was asked for. */
    public @Nullable Eigenvalue lambdaMin() {
      return eigenvalues.bottom().isEmpty() ? null : eigenvalues.bottom().get(0);
    }
  }
}
