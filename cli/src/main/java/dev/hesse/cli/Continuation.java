package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

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

  /**
   * Reads the state of the folder if there is one.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if options contradict the
   *     run to continue, or an unfinished run would be lost
   */
  static Continuation of(Usage usage, Arguments arguments, Path folder) throws IOException {
    if (arguments.has(TrainOptions.CONTINUE)) {
      return goingOn(usage, arguments, RunState.read(folder));
    }
    TrainOptions options = TrainOptions.from(arguments);
    if (RunState.exists(folder) && !options.force()) {
      requireFinished(usage, RunState.read(folder), folder);
    }
    return new Continuation(options, lasting(arguments.given()), Optional.empty());
  }

  private static Continuation goingOn(Usage usage, Arguments arguments, RunState state) {
    Map<String, String> given = lasting(arguments.given());
    Map<String, String> momentary = new LinkedHashMap<>(arguments.given());
    momentary.keySet().retainAll(MOMENTARY);
    TrainOptions before = parse(usage, state.settings(), momentary);
    given.forEach(
        (name, value) -> {
          Map<String, String> changed = new LinkedHashMap<>(state.settings());
          changed.put(name, value);
          TrainOptions after = parse(usage, changed, momentary);
          if (!after.recipe().equals(before.recipe())
              || after.computation().precision() != before.computation().precision()) {
            throw usage(
                "--%s %s is not what the run to continue was started with".formatted(name, value),
                "Leave it out, or start another run in another --saving-folder");
          }
        });
    Map<String, String> merged = new LinkedHashMap<>(state.settings());
    merged.putAll(given);
    TrainOptions options = parse(usage, merged, momentary);
    if (options.epochs() < state.epochs()) {
      throw usage(
          "--epochs is %d, the run is at %d already".formatted(options.epochs(), state.epochs()),
          "Ask for more epochs");
    }
    return new Continuation(options, merged, Optional.of(state));
  }

  private static void requireFinished(Usage usage, RunState state, Path folder) {
    int epochs = parse(usage, state.settings(), Map.of()).epochs();
    if (state.epochs() < epochs) {
      throw usage(
          "%s holds a run that is at epoch %d of %d".formatted(folder, state.epochs(), epochs),
          "Go on with it: --continue. Or start over: --force");
    }
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

  private static Map<String, String> lasting(Map<String, String> given) {
    Map<String, String> lasting = new LinkedHashMap<>(given);
    lasting.keySet().removeAll(MOMENTARY);
    return lasting;
  }
}
