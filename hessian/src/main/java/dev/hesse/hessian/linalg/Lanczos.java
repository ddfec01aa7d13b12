package dev.hesse.hessian.linalg;

import java.util.Arrays;
import java.util.List;

/**
 * A Krylov space of a symmetric matrix A, grown one product at a time: after m steps AQ = QT +
 * β·q·eₘᵀ + F with the basis Q (n×m) orthonormal and T (m×m) tridiagonal.
 *
 * <p>The state is resumable and shared: a spectral density may read the first steps and an
 * eigenvalue solver go on from there without repeating a product.
 *
 * <p>Every product is made orthogonal to the whole basis, and to its last two vectors before.
 * Products, coefficients and T are double; the basis is stored as float, and the rounded vectors
 * are the basis: A is applied to them and products are made orthogonal to them. What rounding
 * changes, and every coefficient that theory says is zero or known but is not, is summed into
 * ‖F‖_F, see {@link #defect()}. It is about 2⁻²⁵·√m·‖A‖ for exact products, and grows if A is not
 * symmetric.
 *
 * <p>When the span of Q is invariant under A within 2⁻²⁰·‖A‖ (sixteen roundings of the stored
 * basis), T is exact for it. The next step then goes on from a fresh Gaussian vector orthogonal to
 * Q, with zero coupling in T, and so finds further copies of repeated eigenvalues.
 *
 * <p>Memory: 4·n·m bytes, in Java's heap or on disk, and two vectors of doubles. Cost of step m:
 * one product and 8·n·m operations, which for 100 steps at n = 272,474 took 1.4 s in all on two
 * cores, 14 ms a step. Not thread-safe.
 *
 * <p>Reference: Golub and Van Loan, Matrix Computations, 4th edition, §10.3.
 */
public final class Lanczos {
  private static final double INVARIANT = 0x1p-20;

  private final SymmetricOperator operator;
  private final Probes probes;
  private final BasisStorage storage;
  private final FloatBasis basis;
  private double[] x;
  private int steps;

  /** The remainder that the next basis vector is made of. */
  private double[] w;

  private double remainder;
  private boolean invariant = true;
  private double largestProduct;
  private double defectSquared;
  private double[] alpha = new double[16];
  private double[] beta = new double[16];

  /** Where the newest of the blocks that T decouples into begins. */
  private int blockStart;

  private int firstInvariant;

  private Lanczos(SymmetricOperator operator, double[] start, Probes probes, BasisStorage storage) {
    if (start.length == 0) {
      throw new IllegalArgumentException("expected an operator of order 1 or more, got 0");
    }
    this.operator = operator;
    this.probes = probes;
    this.storage = storage;
    this.basis = new FloatBasis(start.length, storage);
    this.x = new double[start.length];
    this.w = start;
    this.remainder = Vectors.norm(start);
  }

  private Lanczos(
      SymmetricOperator operator,
      double[] x,
      double remainder,
      Probes probes,
      BasisStorage storage) {
    this.operator = operator;
    this.probes = probes;
    this.storage = storage;
    this.basis = new FloatBasis(x.length, storage);
    this.x = x;
    this.w = x;
    this.remainder = remainder;
  }

  /**
   * A space that starts from Rademacher probe {@code index} of {@code seed}, as a density needs it:
   * n·T₁₁ is then an unbiased sample of the trace.
   */
  public static Lanczos fromRademacher(
      SymmetricOperator operator, long seed, int index, BasisStorage storage) {
    Probes probes = new Probes(seed);
    return new Lanczos(operator, probes.rademacher(index, operator.dimension()), probes, storage);
  }

  /** As {@link #fromRademacher(SymmetricOperator, long, int, BasisStorage)}, in the heap alone. */
  public static Lanczos fromRademacher(
      SymmetricOperator operator, long seed, int index, long maxBasisBytes) {
    return fromRademacher(operator, seed, index, BasisStorage.inHeap(maxBasisBytes));
  }

  /**
   * A space that starts from Gaussian probe 0 of {@code seed}. Alone it is the better start for
   * eigenpairs: a vector of signs can be exactly orthogonal to an eigenvector, such as one that
   * swaps two equal units, a Gaussian vector is so with probability zero.
   */
  public static Lanczos fromGaussian(SymmetricOperator operator, long seed, BasisStorage storage) {
    Probes probes = new Probes(seed);
    return new Lanczos(operator, probes.gaussian(0, operator.dimension()), probes, storage);
  }

  /** As {@link #fromGaussian(SymmetricOperator, long, BasisStorage)}, in the heap alone. */
  public static Lanczos fromGaussian(SymmetricOperator operator, long seed, long maxBasisBytes) {
    return fromGaussian(operator, seed, BasisStorage.inHeap(maxBasisBytes));
  }

  /** The order n of A. */
  public int dimension() {
    return x.length;
  }

  /** Steps taken so far, m; as many products have been made. */
  public int steps() {
    return steps;
  }

  /** Whether the space is the whole of ℝⁿ, so that there is no further step. */
  public boolean isComplete() {
    return steps() == dimension();
  }

  /**
   * What the space says of its matrix's spectrum as it stands, for any thread, while this space
   * goes on. It takes no steps and has no vectors.
   */
  public Lanczos frozen() {
    Lanczos frozen = new Lanczos(operator, x, remainder, probes, storage);
    frozen.steps = steps;
    frozen.invariant = invariant;
    frozen.largestProduct = largestProduct;
    frozen.defectSquared = defectSquared;
    frozen.alpha = Arrays.copyOf(alpha, steps);
    frozen.beta = Arrays.copyOf(beta, steps);
    frozen.blockStart = blockStart;
    frozen.firstInvariant = firstInvariant;
    return frozen;
  }

  /** Whether the memory that the basis may take allows another step, or there is a disk for it. */
  public boolean hasMemory() {
    return storage.takes(steps() + 1, dimension());
  }

  /** Takes steps until there are as many, or the space, its memory or the budget ends. */
  public void growTo(int most, Progress progress) {
    while (steps < most && !isComplete() && hasMemory() && !progress.isEnough()) {
      step();
      progress.update("space", steps, most);
    }
  }

  /**
   * A space for the same matrix, seed and memory that starts from Rademacher probe {@code index}.
   */
  Lanczos another(int index) {
    return fromRademacher(operator, probes.seed(), index, storage);
  }

  /**
   * How many spaces of so many steps grow together: as many as the operator takes vectors at once,
   * as far as the memory of one holds all their bases.
   */
  int together(int steps) {
    return Math.max(
        1, Math.min(operator.preferredBlock(), storage.heapVectors(dimension()) / steps));
  }

  /**
   * The number of steps after which Gauss quadrature from the start vector is exact, which is the
   * order of the first invariant subspace; {@link Integer#MAX_VALUE} until one is met.
   */
  int firstInvariant() {
    return firstInvariant == 0 ? Integer.MAX_VALUE : firstInvariant;
  }

  /** Whether the space is invariant under A as it stands. */
  boolean isInvariant() {
    return invariant && steps() > 0;
  }

  /** The step, from 0, at which the last fresh vector came in; 0 if none has. */
  int blockStart() {
    return blockStart;
  }

  /**
   * Makes one product and extends T and the basis by it. If the product throws, the space is of no
   * further use.
   *
   * @throws IllegalStateException if the space is complete or has no memory for another step
   * @throws SpillException if the next vector was to be kept on disk and cannot be
   * @throws ArithmeticException if the product has a NaN or infinite entry
   */
  public void step() {
    stepTogether(List.of(this));
  }

  /**
   * As {@link #step}, of several spaces of one matrix in one block of products.
   *
   * @throws IllegalStateException if one of them can take no step
   */
  static void stepTogether(List<Lanczos> spaces) {
    double[] couplings = spaces.stream().mapToDouble(Lanczos::extend).toArray();
    double[][] x = spaces.stream().map(space -> space.x).toArray(double[][]::new);
    double[][] y = spaces.stream().map(space -> space.w).toArray(double[][]::new);
    spaces.get(0).operator.applyBlock(x, y);
    for (int i = 0; i < couplings.length; i++) {
      spaces.get(i).absorb(couplings[i]);
    }
  }

  /** Appends the next basis vector, and returns what couples it to the last. */
  private double extend() {
    if (isComplete() || !hasMemory()) {
      throw new IllegalStateException(
          "no step after %d of %d: %s"
              .formatted(
                  steps(),
                  dimension(),
                  isComplete() ? "the space is complete" : "memory is spent"));
    }
    if (isInvariant()) {
      blockStart = steps();
      w = probes.gaussian(steps(), dimension());
      basis.orthogonalize(w);
      remainder = Vectors.norm(w);
    }
    double coupling = invariant ? 0 : remainder;
    defectSquared += square(coupling * basis.append(w, remainder));
    steps++;
    double[] spent = x;
    x = w;
    w = spent;
    return coupling;
  }

  private void absorb(double coupling) {
    int j = steps() - 1;
    double product = Require.finiteProduct(Vectors.norm(w), j + 1);
    largestProduct = Math.max(largestProduct, product);
    double[] h = basis.orthogonalizeProduct(w);
    remainder = Vectors.norm(w);
    for (int i = 0; i < j; i++) {
      defectSquared += square(i == j - 1 ? h[i] - coupling : h[i]);
    }
    record(j, h[j], coupling);
    invariant = isComplete() || remainder <= INVARIANT * largestProduct;
    if (invariant) {
      defectSquared += square(remainder);
      firstInvariant = Math.min(firstInvariant(), steps());
    }
  }

  private void record(int j, double diagonal, double coupling) {
    if (j == alpha.length) {
      alpha = Arrays.copyOf(alpha, 2 * j);
      beta = Arrays.copyOf(beta, 2 * j);
    }
    alpha[j] = diagonal;
    if (j > 0) {
      beta[j - 1] = coupling;
    }
  }

  private static double square(double v) {
    return v * v;
  }

  /** β after fewer steps, {@code steps} of them. */
  double coupling(int steps) {
    return steps < steps() ? beta[steps - 1] : coupling();
  }

  /** β: the norm of the part of the last product outside the space, 0 if it is invariant. */
  double coupling() {
    return invariant ? 0 : remainder;
  }

  /**
   * ‖F‖_F: a bound on how far AQ departs from QT + β·q·eₘᵀ. A Ritz pair (θ, Qs) has ‖AQs − θQs‖ ≤
   * β·|sₘ| + ‖F‖_F.
   */
  public double defect() {
    return Math.sqrt(defectSquared);
  }

  /** Eigenvalues of rows {@code from ≤ i < to} of T, with the ends of its eigenvectors. */
  TridiagonalEigen ritz(int from, int to) {
    return TridiagonalEigen.of(
        Arrays.copyOfRange(alpha, from, to), Arrays.copyOfRange(beta, from, to - 1));
  }

  /** Eigenvalues of the whole of T, with whole eigenvectors. */
  TridiagonalEigen ritzWithVectors() {
    return TridiagonalEigen.withVectors(
        Arrays.copyOf(alpha, steps()), Arrays.copyOf(beta, steps() - 1));
  }

  /** The same space in a form that can be restarted; this one is of no further use then. */
  RestartedSpace restarted(int mostVectors) {
    return new RestartedSpace(
        operator,
        probes,
        Math.max(mostVectors, steps()),
        basis,
        Arrays.copyOf(alpha, steps()),
        Arrays.copyOf(beta, Math.max(0, steps() - 1)),
        w,
        defect());
  }

  /**
   * The space as it stands, as a part of A that is known: A − PAP = QTQᵀ + β·(q·qₘᵀ + qₘ·qᵀ) within
   * {@link #defect()}, with q the direction of the remainder. Further steps would change it.
   */
  Deflation deflation() {
    return new Deflation() {
      @Override
      public int size() {
        return steps();
      }

      @Override
      public void project(double[] x) {
        if (steps() > 0) {
          basis.orthogonalize(x);
        }
      }

      @Override
      public double trace() {
        return Arrays.stream(alpha, 0, steps()).sum();
      }

      @Override
      public double[] diagonal(int n) {
        double[] d = basis.diagonal(alpha, beta);
        if (coupling() > 0) {
          double[] last = basis.vector(steps() - 1);
          for (int i = 0; i < n; i++) {
            d[i] += 2 * last[i] * w[i];
          }
        }
        return d;
      }
    };
  }

  /** The unit vector along Qs. */
  double[] ritzVector(double[] s) {
    return basis.combine(s);
  }
}
