package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.io.BadInputException;
import dev.hesse.models.Precision;
import dev.hesse.train.RunState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a training run and the one that is already in its folder go together.
 *
 * @param options those given, and those that the run to continue was given
 * @param settings the same as text by name, to be kept with the run's state
 * @param state where to go on; empty to start
 */
record Continuation(TrainOptions options, Map<String, String> settings, Optional<RunState> state) {

  /** Options that are about one start of the program only. */
  private static final Set<String> MOMENTARY =
      Set.of("continue", "force", "quiet", "json", "verbose", "saving-folder");

  /** Where a run's files are does not depend on where the program is started next. */
  private static final List<CommandOption<Path>> FOLDERS =
      List.of(DataOptions.DATA_DIR, TrainOptions.TENSORBOARD);

  /** Two ways to say one thing: the later one counts. */
  private static final Map<String, String> SYNONYMS = Map.of("cuda", "device", "device", "cuda");

  /**
   * Reads the state of the folder if there is one.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if options contradict the
   *     run to continue, or a run would be lost
   * @throws BadInputException if the state is damaged
   */
  static Continuation of(Usage usage, Arguments arguments, Path folder) throws IOException {
    boolean force = arguments.has(TrainOptions.FORCE);
    if (arguments.has(TrainOptions.CONTINUE)) {
      if (force) {
        throw usage(
            "--continue is given with --force", "Leave out one: go on with the run, or start over");
      }
      return goingOn(usage, arguments, RunState.read(folder));
    }
    TrainOptions options = TrainOptions.from(arguments);
    if (RunState.exists(folder) && !force) {
      RunState state = RunState.read(folder);
      throw usage(
          "%s holds a run that %s"
              .formatted(
                  folder,
                  state.finished()
                      ? "is finished"
                      : "is at epoch %d of %d"
                          .formatted(state.epochs(), before(usage, state, Map.of()).epochs())),
          state.finished()
              ? "Name another --saving-folder, or replace it: --force"
              : "Go on with it: --continue. Or start over: --force");
    }
    return new Continuation(options, lasting(arguments), Optional.empty());
  }

  private static Continuation goingOn(Usage usage, Arguments arguments, RunState state) {
    Map<String, String> given = lasting(arguments);
    Map<String, String> momentary = new LinkedHashMap<>(arguments.given());
    momentary.keySet().retainAll(MOMENTARY);
    TrainOptions before = before(usage, state, momentary);
    given.forEach(
        (name, value) -> {
          TrainOptions after =
              parse(usage, merged(state.settings(), Map.of(name, value)), momentary);
          if (!after.recipe().equals(before.recipe())
              || after.computation().precision(Precision.FLOAT32)
                  != before.computation().precision(Precision.FLOAT32)) {
            throw usage(
                "--%s %s is not what the run to continue was started with".formatted(name, value),
                "Leave it out, or start another run in another --saving-folder");
          }
        });
    Map<String, String> merged = merged(state.settings(), given);
    TrainOptions options = parse(usage, merged, momentary);
    if (options.epochs() < state.epochs()) {
      throw usage(
          "--epochs is %d, the run is at %d already".formatted(options.epochs(), state.epochs()),
          "Ask for more epochs");
    }
    return new Continuation(options, merged, Optional.of(state));
  }

  /** What the run in the folder was given. */
  private static TrainOptions before(Usage usage, RunState state, Map<String, String> momentary) {
    try {
      return parse(usage, state.settings(), momentary);
    } catch (CommandException e) {
      throw new BadInputException(
          "the options in the state of the run cannot be read: " + e.getMessage(),
          "Start over with --force",
          e);
    }
  }

  private static Map<String, String> merged(Map<String, String> before, Map<String, String> given) {
    Map<String, String> merged = new LinkedHashMap<>(before);
    given.keySet().stream().map(SYNONYMS::get).forEach(merged::remove);
    merged.putAll(given);
    return merged;
  }

  private static TrainOptions parse(
      Usage usage, Map<String, String> lasting, Map<String, String> momentary) {
    List<String> tokens = new ArrayList<>();
    Stream.of(lasting, momentary)
        .flatMap(options -> options.entrySet().stream())
        .map(
            option ->
                "--"
                    + option.getKey()
                    + (option.getValue().isEmpty() ? "" : "=" + option.getValue()))
        .forEach(tokens::add);
    return TrainOptions.from(Arguments.parse(usage, tokens));
  }

  private static Map<String, String> lasting(Arguments arguments) {
    Map<String, String> lasting = new LinkedHashMap<>(arguments.given());
    lasting.keySet().removeAll(MOMENTARY);
    for (CommandOption<Path> folder : FOLDERS) {
      arguments
          .get(folder)
          .ifPresent(path -> lasting.put(folder.name(), path.toAbsolutePath().toString()));
    }
    return lasting;
  }
}
