package dev.hesse.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Numbers measured in rounds, and what machine they are from.
 *
 * <p>As a file: tab-separated lines {@code round side study subject name value}, and lines {@code #
 * name text} about the machine.
 */
final class Measurements {

  /** Who was measured. */
  enum Side {
    HESSE,
    PYTORCH
  }

  /**
   * What was measured.
   *
   * @param study the table that it belongs to
   * @param subject the table's row
   * @param name of the number
   */
  record Quantity(Side side, String study, String subject, String name) {}

  private final Map<String, String> machine = new LinkedHashMap<>();
  private final Map<Quantity, NavigableMap<Integer, List<Double>>> values = new LinkedHashMap<>();

  void describe(String name, String text) {
    machine.put(name, text);
  }

  Map<String, String> machine() {
    return machine;
  }

  void add(int round, Quantity quantity, double value) {
    values
        .computeIfAbsent(quantity, key -> new TreeMap<>())
        .computeIfAbsent(round, key -> new ArrayList<>())
        .add(value);
  }

  /** The subjects of a study, in the order in which they were measured first. */
  Set<String> subjects(String study) {
    Set<String> subjects = new LinkedHashSet<>();
    values.keySet().stream()
        .filter(quantity -> quantity.study().equals(study))
        .forEach(quantity -> subjects.add(quantity.subject()));
    return subjects;
  }

  /** The names of the numbers that were measured of a subject. */
  Set<String> names(Side side, String study, String subject) {
    Set<String> names = new LinkedHashSet<>();
    values.keySet().stream()
        .filter(quantity -> quantity.equals(new Quantity(side, study, subject, quantity.name())))
        .forEach(quantity -> names.add(quantity.name()));
    return names;
  }

  int rounds() {
    return values.values().stream().mapToInt(rounds -> rounds.lastKey()).max().orElse(0);
  }

  /** The median of each round in which the quantity was measured. */
  NavigableMap<Integer, Double> byRound(Quantity quantity) {
    NavigableMap<Integer, Double> medians = new TreeMap<>();
    values
        .getOrDefault(quantity, new TreeMap<>())
        .forEach((round, all) -> medians.put(round, Spread.of(all).median()));
    return medians;
  }

  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    machine.forEach((name, text) -> lines.add(String.join("\t", "#", name, text)));
    values.forEach(
        (quantity, rounds) ->
            rounds.forEach(
                (round, all) -> all.forEach(value -> lines.add(line(round, quantity, value)))));
    Files.write(file, lines);
  }

  private static String line(int round, Quantity quantity, double value) {
    return String.join(
        "\t",
        Integer.toString(round),
        quantity.side().name(),
        quantity.study(),
        quantity.subject(),
        quantity.name(),
        Double.toString(value));
  }

  static Measurements read(Path file) throws IOException {
    Measurements read = new Measurements();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split("\t", -1);
      if (words[0].equals("#")) {
        read.describe(words[1], words[2]);
      } else {
        read.add(
            Integer.parseInt(words[0]),
            new Quantity(Side.valueOf(words[1]), words[2], words[3], words[4]),
            Double.parseDouble(words[5]));
      }
    }
    return read;
  }

  /** Of numbers by round, those of the rounds that both have, divided. */
  static Collection<Double> ratios(Map<Integer, Double> dividend, Map<Integer, Double> divisor) {
    List<Double> ratios = new ArrayList<>();
    dividend.forEach(
        (round, value) -> {
          if (divisor.containsKey(round)) {
            ratios.add(value / divisor.get(round));
          }
        });
    return ratios;
  }
}
