package dev.hesse.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The command {@code hesse}. */
public final class Main {
  private static final List<Command> COMMANDS =
      List.of(new AnalyzeCommand(), new PlotCommand(), new InspectCommand(), new DoctorCommand());
  private static final String HELP = "--help";
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
    ExitStatus status = new Main(console).run(List.of(args));
    console.interruption().over();
    System.exit(status.code());
  }

  /** Runs a command; what it throws becomes a line on standard error and the status. */
  ExitStatus run(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (IOException | RuntimeException | OutOfMemoryError | LinkageError e) {
      Failure failure = Failure.of(e);
      console.say(failure.line());
      if (arguments.contains(OutputOptions.VERBOSE.dashed())) {
        e.printStackTrace(console.err());
      }
      return failure.status();
    } finally {
      console.progress().clear();
      console.out().flush();
      console.err().flush();
    }
  }

  private ExitStatus dispatch(List<String> arguments) throws IOException {
    if (arguments.isEmpty()) {
      console.err().print(Help.overview(usages()));
      return ExitStatus.WRONG_USAGE;
    }
    String name = arguments.get(0);
    if (name.equals(HELP)) {
      console.out().print(Help.overview(usages()));
      return ExitStatus.DONE;
    }
    if (name.equals(VERSION)) {
      console.out().println("hesse " + Version.HESSE);
      return ExitStatus.DONE;
    }
    Command command = find(name);
    List<String> rest = arguments.subList(1, arguments.size());
    if (rest.contains(HELP)) {
      console.out().print(Help.of(command.usage()));
      return ExitStatus.DONE;
    }
    return command.run(Arguments.parse(command.usage(), rest), console);
  }

  private static Command find(String name) {
    Optional<Command> found =
        COMMANDS.stream().filter(command -> command.usage().name().equals(name)).findFirst();
    return found.orElseThrow(
        () ->
            CommandException.usage(
                "there is no command '%s'".formatted(name),
                Spelling.nearest(name, usages().stream().map(Usage::name).toList())
                        .map("Did you mean hesse %s? "::formatted)
                        .orElse("")
                    + "See hesse --help"));
  }

  private static List<Usage> usages() {
    return COMMANDS.stream().map(Command::usage).toList();
  }
}
