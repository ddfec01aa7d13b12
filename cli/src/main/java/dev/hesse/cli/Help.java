package dev.hesse.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes help: plain text, at most 100 characters a line. */
final class Help {
  private static final int WIDTH = 100;
  private static final int INDENT = 2;
  private static final int OPTION_COLUMN = 34;

  private Help() {}

  /** All commands, for {@code hesse --help}. */
  static String overview(List<Usage> commands) {
    StringBuilder text = new StringBuilder();
    text.append("hesse: what the curvature of a trained network's loss says\n\n");
    text.append("usage: hesse COMMAND [options]\n\n");
    for (Usage usage : commands) {
      entry(text, usage.name(), usage.summary(), 12);
    }
    text.append("\nhesse COMMAND --help shows a command's options, hesse --version the version.\n");
    text.append("\nexit codes:\n");
    for (ExitStatus status : ExitStatus.values()) {
      entry(text, Integer.toString(status.code()), status.meaning(), 7);
    }
    text.append("\nenvironment:\n");
    entry(text, "HESSE_GPU=1", "use the build for NVIDIA GPUs, which is made on its first use", 20);
    entry(text, "HESSE_JAVA_OPTS", "further options for Java, such as -Xmx8g", 20);
    text.append("\nexample:\n");
    example(text, commands.get(0).examples().get(0));
    return text.toString();
  }

  /** One command with its options. */
  static String of(Usage usage) {
    StringBuilder text = new StringBuilder();
    text.append("usage: hesse ").append(usage.name());
    usage.operands().forEach(operand -> text.append(' ').append(operand));
    text.append(" [options]\n\n");
    text.append(usage.summary()).append(".\n");
    for (Usage.Group group : usage.groups()) {
      text.append('\n').append(group.heading()).append(":\n");
      for (CommandOption<?> option : group.options()) {
        String value = option.takesValue() ? " " + option.type().placeholder() : "";
        String fallback = option.defaultText().map(" (default %s)"::formatted).orElse("");
        entry(text, option.dashed() + value, option.description() + fallback, OPTION_COLUMN);
      }
    }
    for (String note : usage.notes()) {
      text.append('\n');
      wrap(note, WIDTH).forEach(line -> text.append(line).append('\n'));
    }
    text.append(usage.examples().size() == 1 ? "\nexample:\n" : "\nexamples:\n");
    usage.examples().forEach(example -> example(text, example));
    return text.toString();
  }

  private static void example(StringBuilder text, Usage.Example example) {
    text.append("  hesse ").append(example.arguments()).append('\n');
    text.append("      ").append(example.does()).append('\n');
  }

  private static void entry(StringBuilder text, String term, String description, int column) {
    String start = " ".repeat(INDENT) + term;
    boolean fits = start.length() + 2 <= column;
    if (!fits) {
      text.append(start).append('\n');
    }
    boolean first = fits;
    for (String line : wrap(description, WIDTH - column)) {
      String lead = first ? start : "";
      text.append(lead).append(" ".repeat(column - lead.length())).append(line).append('\n');
      first = false;
    }
  }

  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Arrays.asList(text.split(" "))) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
