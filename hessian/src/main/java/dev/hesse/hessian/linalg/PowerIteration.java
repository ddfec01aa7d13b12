package dev.hesse.hessian.linalg;

import java.util.ArrayList;
import java.util.List;

/**
 * The eigenpairs of largest absolute value, one after another by power iteration with deflation, as
 * PyHessian does it; kept for comparison, {@link LanczosEigensolver} needs fewer products.
 *
 * <p>Iteration: v ← (v − Σ uᵢ·uᵢᵀv)/‖·‖ over the vectors uᵢ found before, y = Av, λ = vᵀy, v ← y.
 * Stopping rule: |λ − λ_previous| ≤ tolerance·|λ_previous|, or the most iterations. That is a rule
 * on the change, not on the error: it can hold far from an eigenvalue, and where the two largest
 * eigenvalues are λ and −λ it holds at neither. The residual, which costs nothing, shows it.
 *
 * <p>It differs from PyHessian's procedure in these points: λ is the last estimate and v the vector
 * that gave it, where PyHessian returns the estimate before and the vector after; ‖Av − λv‖ is
 * reported; norms and |λ_previous| are used without 1e-6 added, so that scaling A changes nothing;
 * a probe is drawn from (seed, number of the pair).
 *
 * <p>Cost: one product an iteration, at most maxIterations a pair; memory 8·n bytes a pair.
 * Reference: Yao, Gholami, Keutzer, Mahoney, "PyHessian", arXiv 1912.07145, algorithm 2.
 */
public final class PowerIteration {
  private PowerIteration() {}

  /**
   * How many pairs, and when to stop.
   *
   * @param count how many eigenpairs
   * @param maxIterations the most products for each
   * @param tolerance relative change of λ at which to stop
   */
  public record Options(int count, int maxIterations, double tolerance) {
    /** PyHessian's: one eigenvalue, 100 iterations, 1e-3. */
    public static final Options DEFAULT = new Options(1, 100, 1e-3);

    public Options {
      Require.atLeast("count", count, 1);
      Require.atLeast("maxIterations", maxIterations, 1);
      Require.fraction("tolerance", tolerance);
    }
  }

  /** Returns the pairs as {@link Eigenpairs#top()}, in the order found. */
  public static Eigenpairs solve(
      SymmetricOperator operator, Options options, long seed, Progress progress) {
    int n = operator.dimension();
    int count = Math.min(options.count, n);
    Probes probes = new Probes(seed);
    List<double[]> found = new ArrayList<>();
    List<Eigenpair> pairs = new ArrayList<>();
    int products = 0;
    while (pairs.size() < count && (pairs.isEmpty() || !progress.isEnough())) {
      double[] v = probes.gaussian(pairs.size(), n);
      orthonormalize(v, found);
      double[] y = new double[n];
      double lambda = Double.NaN;
      boolean converged = false;
      for (int i = 1; ; i++) {
        operator.apply(v, y);
        products++;
        double previous = lambda;
        lambda = Require.finiteProduct(Vectors.dot(v, y), products);
        converged = Math.abs(lambda - previous) <= options.tolerance * Math.abs(previous);
        progress.update(
            "eigenvalues",
            products,
            count * options.maxIterations,
            lambda,
            Math.abs(lambda - previous));
        if (converged || i == options.maxIterations || progress.isEnough()) {
          break;
        }
        double[] next = y.clone();
        if (orthonormalize(next, found) == 0) {
          converged = true; // Av vanishes, so v is an eigenvector already
          break;
        }
        v = next;
      }
      Vectors.addScaled(y, -lambda, v);
      double[] vector = v;
      found.add(vector);
      pairs.add(new Eigenpair(lambda, Vectors.norm(y), Vectors.norm(y), converged, vector::clone));
    }
    long converged = pairs.stream().filter(Eigenpair::converged).count();
    return converged < count && progress.isEnough()
        ? spent(pairs, products, converged, options)
        : result(pairs, products, options);
  }

  private static Eigenpairs spent(
      List<Eigenpair> pairs, int products, long converged, Options options) {
    return new Eigenpairs(
        pairs,
        List.of(),
        products,
        Status.BUDGET_SPENT,
        "%d of %d eigenvalues had converged when the budget was spent"
            .formatted(converged, options.count));
  }

  private static Eigenpairs result(List<Eigenpair> pairs, int products, Options options) {
    int count = pairs.size();
    long unconverged = pairs.stream().filter(pair -> !pair.converged()).count();
    Status status = Status.CONVERGED;
    String message =
        "%d eigenvalues changed by at most %s in their last iteration"
            .formatted(count, options.tolerance);
    if (unconverged > 0) {
      status = Status.MAX_PRODUCTS;
      message =
          ("%d of %d eigenvalues still changed by more than %s after %d iterations each; those of"
                  + " nearly equal magnitude converge slowly: use Lanczos, or allow more iterations")
              .formatted(unconverged, count, options.tolerance, options.maxIterations);
    } else if (count < options.count) {
      status = Status.DIMENSION_EXHAUSTED;
      message =
          "%d eigenpairs asked for, more than the matrix of order %d has; all are returned"
              .formatted(options.count, count);
    }
    return new Eigenpairs(pairs, List.of(), products, status, message);
  }

  /** Removes the parts along the found vectors and scales to unit norm if any is left. */
  private static double orthonormalize(double[] v, List<double[]> found) {
    for (double[] u : found) {
      Vectors.addScaled(v, -Vectors.dot(u, v), u);
    }
    double norm = Vectors.norm(v);
    if (norm > 0) {
      Vectors.scale(v, 1 / norm);
    }
    return norm;
  }
}
