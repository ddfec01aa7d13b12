package dev.hesse.train;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a run needs to go on bit for bit: between two steps, where it is, what it has counted in
 * the epoch, and every variable with its momentum. Kept as a safetensors file with the rest as its
 * metadata.
 *
 * @param epochs completed
 * @param running the one that has begun
 * @param finished whether nothing is left to do, the last measurement of the Hessian included
 * @param data a digest by which other examples are noticed
 * @param settings what the run was started with, for whoever continues it
 * @param variables by name, in the graph's axis order
 */
public record RunState(
    int epochs,
    EpochSoFar running,
    boolean finished,
    String data,
    Map<String, String> settings,
    Map<String, StoredTensor> variables) {

  private static final String FILE_NAME = "state.safetensors";
  private static final String EPOCHS = "epochs";
  private static final String STEPS = "steps";
  private static final String LOSS_SUM = "loss_sum";
  private static final String CORRECT = "correct";
  private static final String SECONDS = "seconds";
  private static final String STEP_SECONDS = "step_seconds";
  private static final String FINISHED = "finished";
  private static final String DATA = "data";
  private static final String SETTING = "setting.";

  /**
   * The epoch that is under way.
   *
   * @param steps made in it
   * @param lossSum over the examples seen, each at its step
   * @param correct predictions among them, likewise
   * @param seconds wall time of the epoch
   * @param stepSeconds that of its steps alone
   */
  public record EpochSoFar(
      int steps, double lossSum, double correct, double seconds, double stepSeconds) {
    static final EpochSoFar NONE = new EpochSoFar(0, 0, 0, 0, 0);

    public EpochSoFar {
      if (steps < 0) {
        throw new IllegalArgumentException("expected steps ≥ 0, got " + steps);
      }
    }
  }

  public RunState {
    settings = Map.copyOf(settings);
    if (epochs < 0) {
      throw new IllegalArgumentException("expected epochs ≥ 0, got " + epochs);
    }
  }

  /** Where a run in {@code folder} keeps its state. */
  public static Path file(Path folder) {
    return folder.resolve(FILE_NAME);
  }

  /** Whether there is a run in {@code folder}. */
  public static boolean exists(Path folder) {
    return Files.exists(file(folder));
  }

  void write(Path folder) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(EPOCHS, Integer.toString(epochs));
    metadata.put(STEPS, Integer.toString(running.steps()));
    metadata.put(LOSS_SUM, Double.toString(running.lossSum()));
    metadata.put(CORRECT, Double.toString(running.correct()));
    metadata.put(SECONDS, Double.toString(running.seconds()));
    metadata.put(STEP_SECONDS, Double.toString(running.stepSeconds()));
    metadata.put(FINISHED, Boolean.toString(finished));
    metadata.put(DATA, data);
    settings.forEach((name, value) -> metadata.put(SETTING + name, value));
    Safetensors.write(file(folder), variables, metadata);
  }

  /**
   * Reads the state of a run.
   *
   * @throws BadInputException if there is none in the folder, or it is damaged
   */
  public static RunState read(Path folder) throws IOException {
    Path file = file(folder);
    if (!Files.exists(file)) {
      throw new BadInputException(
          "%s holds no training run".formatted(folder), "Name the folder of the run to continue");
    }
    Checkpoint checkpoint = Checkpoint.read(file);
    Map<String, String> metadata = checkpoint.metadata();
    try {
      Map<String, String> settings = new HashMap<>();
      metadata.forEach(
          (name, value) -> {
            if (name.startsWith(SETTING)) {
              settings.put(name.substring(SETTING.length()), value);
            }
          });
      return new RunState(
          Integer.parseInt(required(metadata, EPOCHS)),
          new EpochSoFar(
              Integer.parseInt(required(metadata, STEPS)),
              Double.parseDouble(required(metadata, LOSS_SUM)),
              Double.parseDouble(required(metadata, CORRECT)),
              Double.parseDouble(required(metadata, SECONDS)),
              Double.parseDouble(required(metadata, STEP_SECONDS))),
          Boolean.parseBoolean(required(metadata, FINISHED)),
          required(metadata, DATA),
          settings,
          checkpoint.tensors());
    } catch (IllegalArgumentException e) {
      throw BadInputException.damaged("a number of the run's position cannot be read")
          .in(file.toString());
    }
  }

  private static String required(Map<String, String> metadata, String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  /** The elements of every variable. */
  Map<String, double[]> values() {
    Map<String, double[]> values = new HashMap<>();
    variables.forEach((name, tensor) -> values.put(name, tensor.toDoubles()));
    return values;
  }
}
