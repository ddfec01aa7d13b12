package dev.hesse.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Guesses what was meant by a misspelt name. */
final class Spelling {
  private static final int LEAST_PREFIX = 3;

  private Spelling() {}

  /** The known name that it begins, or that takes the fewest edits, if few for its length. */
  static Optional<String> nearest(String name, List<String> known) {
    Optional<String> begun =
        known.stream()
            .filter(candidate -> name.length() >= LEAST_PREFIX && candidate.startsWith(name))
            .min(Comparator.comparingInt(String::length));
    return begun.or(() -> similar(name, known));
  }

  private static Optional<String> similar(String name, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(candidate -> distance(name, candidate) <= Math.max(1, candidate.length() / 3));
  }

  /** Levenshtein's: insertions, deletions and replacements of a character. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
