package dev.hesse.hessian.linalg;

import java.util.List;

/**
 * What an eigenvalue solver found.
 *
 * @param top from the largest down
 * @param bottom from the smallest up; it may share pairs with {@code top} only where the whole
 *     spectrum is known
 * @param products products with A that the solver made, without those that were there already
 * @param status why it stopped
 * @param message one line for people: what was reached, and if that falls short, the likely cause
 *     and remedy
 */
public record Eigenpairs(
    List<Eigenpair> top, List<Eigenpair> bottom, int products, Status status, String message) {
  public Eigenpairs {
    top = List.copyOf(top);
    bottom = List.copyOf(bottom);
  }
}
