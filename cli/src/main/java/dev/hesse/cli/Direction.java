package dev.hesse.cli;

import java.util.Optional;

/**
 * A direction in the space of all parameters.
 *
 * @param kind as {@code landscape.json} names it
 * @param description in a phrase
 * @param eigenvalue of an eigenvector
 * @param residual of an eigenvector
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Direction(
    String kind,
    String description,
    double[] vector,
    Optional<Double> eigenvalue,
    Optional<Double> residual) {

  /** Without an eigenvalue. */
  Direction(String kind, String description, double[] vector) {
    this(kind, description, vector, Optional.empty(), Optional.empty());
  }

  double norm() {
    double sum = 0;
    for (double entry : vector) {
      sum += entry * entry;
    }
    return Math.sqrt(sum);
  }
}
