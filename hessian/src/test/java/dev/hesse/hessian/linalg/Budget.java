package dev.hesse.hessian.linalg;

/** Allows a number of products. */
final class Budget implements Progress {
  private final int products;
  private int done;

  Budget(int products) {
    this.products = products;
  }

  @Override
  public void update(String phase, int done, int limit, double estimate, double error) {
    this.done = done;
  }

  @Override
  public boolean isEnough() {
    return done >= products;
  }
}
