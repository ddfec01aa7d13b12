package dev.hesse.cli;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A rule that rewrites tensors' names: each match of a regular expression is replaced.
 *
 * @param rule as it was given
 * @param replacement as {@link java.util.regex.Matcher#replaceAll(String)} takes it
 */
record Renaming(String rule, Pattern regex, String replacement) {

  static final ValueType<Renaming> TYPE =
      new ValueType<>(
          "REGEX=REPLACEMENT",
          "REGEX=REPLACEMENT, such as '^module\\.=' or 'conv(\\d+)=convolution$1'",
          Renaming::parse);

  /**
   * Splits a rule at its first {@code =} that is neither after a backslash nor part of {@code (?=}
   * or {@code (?<=}.
   *
   * @return empty if there is no such {@code =}, or nothing before it
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if the parts are no regular
   *     expression and replacement
   */
  private static Optional<Renaming> parse(String rule) {
    OptionalInt split = split(rule);
    if (split.isEmpty() || split.getAsInt() == 0) {
      return Optional.empty();
    }
    String regex = rule.substring(0, split.getAsInt());
    String replacement = rule.substring(split.getAsInt() + 1);
    try {
      Pattern pattern = Pattern.compile(regex);
      // The empty alternative always matches, so that the replacement is read in full.
      String unused = Pattern.compile("|" + regex).matcher("").replaceFirst(replacement);
      return Optional.of(new Renaming(rule, pattern, replacement));
    } catch (PatternSyntaxException e) {
      throw CommandException.usage(
          "--rename %s: %s is no regular expression: %s at character %d"
              .formatted(quote(rule), quote(regex), quote(e.getDescription()), e.getIndex() + 1),
          "Write it as java.util.regex.Pattern says");
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw CommandException.usage(
          "--rename %s: %s is no replacement: %s"
              .formatted(quote(rule), quote(replacement), quote(String.valueOf(e.getMessage()))),
          "Write groups of the regular expression as $1 or ${name}, and $ itself as \\$");
    }
  }

  private static OptionalInt split(String rule) {
    int open = -1;
    for (int i = 0; i < rule.length(); i++) {
      switch (rule.charAt(i)) {
        case '\\' -> i++;
        case '(' -> open = i;
        case '=' -> {
          String group = open < 0 ? "" : rule.substring(open, i);
          if (!group.equals("(?") && !group.equals("(?<")) {
            return OptionalInt.of(i);
          }
        }
        default -> {}
      }
    }
    return OptionalInt.empty();
  }

  /** Whether there is something to replace in a name. */
  private boolean matches(String name) {
    return regex.matcher(name).find();
  }

  private String apply(String name) {
    return regex.matcher(name).replaceAll(replacement);
  }

  /**
   * The checkpoint with its tensors renamed by one rule after the other.
   *
   * @throws CommandException with status {@link ExitStatus#WRONG_USAGE} if two tensors get one
   *     name, or one gets a name that cannot be shown
   */
  static Checkpoint apply(List<Renaming> rules, Checkpoint checkpoint, Console console) {
    Map<String, String> names = new LinkedHashMap<>();
    checkpoint.tensors().keySet().forEach(name -> names.put(name, name));
    for (Renaming rule : rules) {
      if (names.values().stream().noneMatch(rule::matches)) {
        console.say("warning: --rename %s matches no tensor's name.".formatted(quote(rule.rule())));
      }
      names.replaceAll((original, name) -> rule.apply(name));
    }
    Map<String, StoredTensor> renamed = new LinkedHashMap<>();
    Map<String, String> originals = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(
            (original, tensor) -> {
              String name = names.getOrDefault(original, original);
              String other = originals.putIfAbsent(name, original);
              if (other != null) {
                throw CommandException.usage(
                    "--rename gives %s and %s one name, %s"
                        .formatted(quote(other), quote(original), quote(name)),
                    "Write rules that keep names apart");
              }
              requireName(original, name);
              renamed.put(name, tensor);
            });
    return new Checkpoint(
        checkpoint.path(),
        checkpoint.format(),
        checkpoint.sha256(),
        renamed,
        checkpoint.metadata(),
        checkpoint.omitted());
  }

  private static void requireName(String original, String name) {
    boolean printable = name.chars().allMatch(c -> BadInputException.isPrintable((char) c));
    if (!printable || (name.isEmpty() && !original.isEmpty())) {
      throw CommandException.usage(
          "--rename makes %s of %s".formatted(quote(name), quote(original)),
          "Write rules that leave a name of printable characters");
    }
  }
}
