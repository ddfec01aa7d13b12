package dev.hesse.hessian.linalg;

/**
 * Hears of an estimator's progress after each product or block of products, on the thread that runs
 * it. It stops the estimator by throwing, by convention a {@link
 * java.util.concurrent.CancellationException}, which reaches the estimator's caller unchanged.
 */
@FunctionalInterface
public interface Progress {
  /** Hears nothing and never stops. */
  Progress NONE = (phase, done, limit, estimate, error) -> {};

  /**
   * Hears that {@code done} of at most {@code limit} units of work are done.
   *
   * @param phase what is being computed, such as "eigenvalues"
   * @param done products made so far, or samples
   * @param limit the most that will be made
   * @param estimate the current estimate, NaN before there is one
   * @param error its standard error or error bound, NaN before there is one
   */
  void update(String phase, int done, int limit, double estimate, double error);

  /** Hears of work that has no estimate yet. */
  default void update(String phase, int done, int limit) {
    update(phase, done, limit, Double.NaN, Double.NaN);
  }

  /**
   * Whether an estimator is to end with what it has, as a budget is spent; asked after each product
   * or block of products.
   */
  default boolean isEnough() {
    return false;
  }

  /**
   * How many more products with the whole matrix a budget allows the phase that was heard of last.
   */
  default double productsLeft() {
    return Double.POSITIVE_INFINITY;
  }
}
