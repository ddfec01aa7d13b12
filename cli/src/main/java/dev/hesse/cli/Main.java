package dev.hesse.cli;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** The command {@code hesse}. */
public final class Main {
  /** By name; made when asked for, so that those without TensorFlow don't load it. */
  private static final Map<String, Supplier<Command>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("demo", DemoCommand::new);
    COMMANDS.put("analyze", AnalyzeCommand::new);
    COMMANDS.put("landscape", LandscapeCommand::new);
    COMMANDS.put("train", TrainCommand::new);
    COMMANDS.put("data", DataCommand::new);
    COMMANDS.put("plot", PlotCommand::new);
    COMMANDS.put("overlap", OverlapCommand::new);
    COMMANDS.put("inspect", InspectCommand::new);
    COMMANDS.put("convert", ConvertCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
  }

  private static final Set<String> HELP = Set.of("--help", "-h");
  private static final String VERSION = "--version";

  private final Console console;

  Main(Console console) {
    this.console = console;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Console console = Console.ofProcess();
    console.interruption().watch(console);
    ExitStatus status = ExitStatus.FAILURE;
    try {
      status = new Main(console).run(List.of(args));
    } finally {
      console.interruption().over();
    }
    System.exit(status.code());
  }

  /** Runs a command; what it throws becomes a line on standard error and the status. */
  ExitStatus run(List<String> arguments) {
    try {
      ExitStatus status = dispatch(arguments);
      if (console.out().checkError()) {
        throw new CommandException(
            ExitStatus.FAILURE,
            "standard output cannot be written",
            "Check where it leads to, such as a full disk or a pipe that ended",
            null);
      }
      return status;
    } catch (CancellationException e) {
      return ExitStatus.INTERRUPTED; // the interruption says so
    } catch (IOException | RuntimeException | Error e) {
      if (console.interruption().silences()) {
        return ExitStatus.INTERRUPTED;
      }
      Failure failure = Failure.of(e);
      console.say(failure.line());
      if (arguments.contains(OutputOptions.VERBOSE.dashed())) {
        e.printStackTrace(console.err());
      }
      return failure.status();
    } finally {
      console.progress().clear();
    }
  }

  private ExitStatus dispatch(List<String> arguments) throws IOException {
    if (arguments.isEmpty()) {
      console.err().print(Help.overview(usages()));
      return ExitStatus.WRONG_USAGE;
    }
    String name = arguments.get(0);
    if (HELP.contains(name)) {
      console.out().print(Help.overview(usages()));
      return ExitStatus.DONE;
    }
    if (name.equals(VERSION)) {
      console.out().println("hesse " + Version.HESSE);
      return ExitStatus.DONE;
    }
    Command command = find(name);
    List<String> rest = arguments.subList(1, arguments.size());
    if (rest.stream().anyMatch(HELP::contains)) {
      console.out().print(Help.of(command.usage()));
      return ExitStatus.DONE;
    }
    return command.run(Arguments.parse(command.usage(), rest), console);
  }

  private static Command find(String name) {
    Supplier<Command> command = COMMANDS.get(name);
    if (command == null) {
      String guess =
          Spelling.nearest(name, List.copyOf(COMMANDS.keySet()))
              .map("Did you mean hesse %s? "::formatted)
              .orElse("");
      throw CommandException.usage(
          "there is no command " + BadInputException.quote(name), guess + "See hesse --help");
    }
    return command.get();
  }

  private static List<Usage> usages() {
    return COMMANDS.values().stream().map(Supplier::get).map(Command::usage).toList();
  }
}
