package dev.hesse.cli;

import static dev.hesse.cli.CommandException.usage;

import dev.hesse.io.BadInputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The options and the operands that a command was given. */
final class Arguments {
  private final CommandLine line;

  private Arguments(CommandLine line) {
    this.line = line;
  }

  /**
   * Reads a command's arguments. Options may be written {@code --name value} or {@code
   * --name=value}, not shortened, each at most once unless it is repeatable.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE}
   */
  static Arguments parse(Usage usage, List<String> arguments) {
    Options options = new Options();
    usage
        .options()
        .forEach(
            option ->
                options.addOption(
                    Option.builder().longOpt(option.name()).hasArg(option.takesValue()).get()));
    try {
      CommandLine line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(options, arguments.toArray(String[]::new));
      Arguments parsed = new Arguments(line);
      parsed.check(usage);
      return parsed;
    } catch (UnrecognizedOptionException e) {
      throw unknown(usage, e.getOption());
    } catch (MissingArgumentException e) {
      String name = e.getOption().getLongOpt();
      throw usage("--%s needs a value".formatted(name), "Give %s".formatted(expected(usage, name)));
    } catch (ParseException e) {
      throw new CommandException(
          ExitStatus.WRONG_USAGE, String.valueOf(e.getMessage()), usage.pointer(), e);
    }
  }

  private void check(Usage usage) {
    List<String> repeatable =
        usage.options().filter(CommandOption::repeatable).map(CommandOption::name).toList();
    List<String> given =
        Arrays.stream(line.getOptions())
            .map(Option::getLongOpt)
            .filter(name -> !repeatable.contains(name))
            .toList();
    for (String name : given) {
      if (given.indexOf(name) != given.lastIndexOf(name)) {
        throw usage("--%s is given more than once".formatted(name), "Give it once");
      }
    }
    List<String> operands = usage.operands();
    List<String> found = line.getArgList();
    if (found.size() > operands.size() && !usage.takesMore()) {
      throw usage(
          "%s is one argument too many"
              .formatted(BadInputException.quote(found.get(operands.size()))),
          usage.pointer());
    }
    if (found.size() < operands.size()) {
      List<String> needed =
          operands.stream().map(operand -> operand.replace(Usage.MORE, "")).toList();
      throw usage(
          "hesse %s needs %s".formatted(usage.name(), needed.get(found.size())),
          "Give it: hesse %s %s".formatted(usage.name(), String.join(" ", needed)));
    }
  }

  private static CommandException unknown(Usage usage, String token) {
    String name = token.replaceFirst("^-+", "").replaceFirst("=.*", "");
    Optional<String> nearest =
        Spelling.nearest(name, usage.options().map(CommandOption::name).toList());
    return usage(
        "hesse %s has no option %s".formatted(usage.name(), BadInputException.quote(token)),
        nearest.map("Did you mean --%s? "::formatted).orElse("") + usage.pointer());
  }

  private static String expected(Usage usage, String name) {
    return usage
        .options()
        .filter(option -> option.name().equals(name))
        .map(option -> option.type().expected())
        .findFirst()
        .orElseThrow();
  }

  /** The options that are given, with their values as text; that of a flag is empty. */
  Map<String, String> given() {
    Map<String, String> given = new LinkedHashMap<>();
    for (Option option : line.getOptions()) {
      given.put(option.getLongOpt(), option.hasArg() ? option.getValue() : "");
    }
    return given;
  }

  /** An option's values as they were written; one empty text for a flag. */
  List<String> texts(CommandOption<?> option) {
    String[] texts = line.getOptionValues(option.name());
    return texts != null ? List.of(texts) : has(option) ? List.of("") : List.of();
  }

  boolean has(CommandOption<?> option) {
    return line.hasOption(option.name());
  }

  /**
   * The option's value, if it is given.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if it is not one of the
   *     option's values
   */
  <T> Optional<T> get(CommandOption<T> option) {
    return Optional.ofNullable(line.getOptionValue(option.name()))
        .map(text -> parsed(option, text));
  }

  /** The values of a repeatable option in the order given, as {@link #get} reads each. */
  <T> List<T> all(CommandOption<T> option) {
    String[] texts = line.getOptionValues(option.name());
    return texts == null
        ? List.of()
        : Arrays.stream(texts).map(text -> parsed(option, text)).toList();
  }

  private static <T> T parsed(CommandOption<T> option, String text) {
    return option
        .type()
        .parser()
        .apply(text)
        .orElseThrow(
            () ->
                usage(
                    "%s is %s".formatted(option.dashed(), BadInputException.quote(text)),
                    "Give " + option.type().expected()));
  }

  <T> T get(CommandOption<T> option, T fallback) {
    return get(option).orElse(fallback);
  }

  /** The argument that is no option at {@code index} of {@link Usage#operands()}. */
  String operand(int index) {
    return line.getArgList().get(index);
  }

  /** All arguments that are no options. */
  List<String> operands() {
    return line.getArgList();
  }
}
