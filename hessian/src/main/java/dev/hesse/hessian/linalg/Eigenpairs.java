package dev.hesse.hessian.linalg;

import java.util.List;

/**
 * What an eigenvalue solver found.
 *
 * @param order of {@code top}
 * @param top from the largest down
 * @param bottom from the smallest up; it may share pairs with {@code top} only where the whole
 *     spectrum is known
 * @param products products with A that the solver made, without those that were there already
 * @param status why it stopped
 * @param message one line for people: what was reached, and if that falls short, the likely cause
 *     and remedy
 */
public record Eigenpairs(
    Order order,
    List<Eigenpair> top,
    List<Eigenpair> bottom,
    int products,
    Status status,
    String message) {

  /** What the first one is the largest in. */
  public enum Order {
    VALUE,
    MAGNITUDE
  }

  public Eigenpairs {
    top = List.copyOf(top);
    bottom = List.copyOf(bottom);
  }

  /** From the algebraically largest down. */
  public Eigenpairs(
      List<Eigenpair> top, List<Eigenpair> bottom, int products, Status status, String message) {
    this(Order.VALUE, top, bottom, products, status, message);
  }

  /** The same pairs, for as many products. */
  public Eigenpairs charged(int products, String message) {
    return new Eigenpairs(order, top, bottom, products, status, message);
  }
}
