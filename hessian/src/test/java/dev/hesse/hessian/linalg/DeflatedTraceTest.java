package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.hessian.linalg.HutchinsonTrace.Options;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Traces of what a Krylov space leaves, and of sums by their terms. */
class DeflatedTraceTest {
  private static final int N = 80;

  /** Outliers, and a bulk of both signs. */
  private static final DenseOperator OPERATOR =
      DenseOperator.withSpectrum(
          IntStream.range(0, N).mapToDouble(i -> i < 5 ? 200 >> i : Math.sin(i)).toArray());

  private static final int[] WHOLE = {0, N};

  private static Lanczos space(SymmetricOperator operator, int steps, long seed) {
    Lanczos space = Lanczos.fromRademacher(operator, seed, 0, Long.MAX_VALUE);
    while (space.steps() < steps && !space.isComplete()) {
      space.step();
    }
    return space;
  }

  private static TraceEstimate estimate(
      SymmetricOperator operator, Lanczos space, Options options, long seed) {
    return HutchinsonTrace.estimate(operator, space, WHOLE, options, seed, Progress.NONE);
  }

  @Test
  void theOutliersAddNothingToTheVariance() {
    Options options = new Options(20, 0);
    Mean plain = HutchinsonTrace.estimate(OPERATOR, options, 1, Progress.NONE).trace();
    Mean deflated = estimate(OPERATOR, space(OPERATOR, 20, 1), options, 1).trace();
    assertThat(deflated.standardError()).isLessThan(plain.standardError() / 20);
    assertThat(deflated.value()).isCloseTo(OPERATOR.trace(), within(4 * deflated.standardError()));
  }

  @Test
  void aCompleteSpaceIsExact() {
    Lanczos space = space(OPERATOR, N, 1);
    TraceEstimate estimate = estimate(OPERATOR, space, new Options(2, 0), 1);
    assertThat(estimate.products()).isZero();
    assertThat(estimate.trace().standardError()).isZero();
    // the basis is rounded to float: √80 times 2⁻²⁴ of the norm for each of 80 diagonal entries
    assertThat(estimate.trace().value()).isCloseTo(OPERATOR.trace(), within(1e-4));
  }

  /** As for plain samples: 382 ± 17 of 400. */
  @Test
  void theStandardErrorIsHonest() {
    for (Options options : new Options[] {new Options(15, 0), new Options(40, 0.01)}) {
      long covered =
          IntStream.range(0, 400)
              .mapToObj(seed -> estimate(OPERATOR, space(OPERATOR, 20, seed), options, seed))
              .filter(
                  found ->
                      Math.abs(found.trace().value() - OPERATOR.trace())
                          <= 2 * found.trace().standardError())
              .count();
      assertThat(covered).isBetween(362L, 399L);
    }
  }

  @Test
  void blockTracesAreThoseOfTheWholeMatrix() {
    int[] offsets = {0, 7, 30, N};
    TraceEstimate estimate =
        HutchinsonTrace.estimate(
            OPERATOR, space(OPERATOR, 20, 2), offsets, new Options(50, 0), 2, Progress.NONE);
    double sum = 0;
    for (int b = 0; b < 3; b++) {
      double exact =
          IntStream.range(offsets[b], offsets[b + 1]).mapToDouble(i -> OPERATOR.a[i][i]).sum();
      Mean mean = estimate.blocks().get(b);
      assertThat(mean.value()).isCloseTo(exact, within(4 * mean.standardError()));
      sum += mean.value();
    }
    assertThat(sum).isCloseTo(estimate.trace().value(), within(1e-4));
  }

  /** A large term and a small one, which cost the same. */
  private record Sum(DenseOperator large, DenseOperator small, int[] calls) implements SumOperator {
    @Override
    public int dimension() {
      return N;
    }

    @Override
    public void apply(double[] x, double[] y) {
      double[] part = new double[N];
      large.apply(x, y);
      small.apply(x, part);
      Vectors.addScaled(y, 1, part);
    }

    @Override
    public int terms() {
      return 2;
    }

    @Override
    public double share(int term) {
      return 0.5;
    }

    @Override
    public void applyTerm(int term, double[][] x, double[][] y) {
      calls[term] += x.length;
      (term == 0 ? large : small).applyBlock(x, y);
    }
  }

  private static Sum sum() {
    return new Sum(
        OPERATOR,
        DenseOperator.withSpectrum(
            IntStream.range(0, N).mapToDouble(i -> 0.01 * Math.cos(i)).toArray()),
        new int[2]);
  }

  @Test
  void productsGoWhereTheVarianceIs() {
    Sum sum = sum();
    TraceEstimate estimate = estimate(sum, space(sum, 20, 3), new Options(10, 0), 3);
    assertThat(estimate.products()).isEqualTo(10);
    assertThat(estimate.samples()).isEqualTo(20).isEqualTo(Arrays.stream(sum.calls).sum());
    assertThat(sum.calls[1]).isEqualTo(1);
    Mean whole =
        estimate(SumOperator.of(dense(sum)), space(sum, 20, 3), new Options(10, 0), 3).trace();
    // 19 samples of nearly all the variance, not 10
    assertThat(estimate.trace().standardError()).isLessThan(0.8 * whole.standardError());
  }

  private static SymmetricOperator dense(Sum sum) {
    return new SymmetricOperator() {
      @Override
      public int dimension() {
        return N;
      }

      @Override
      public void apply(double[] x, double[] y) {
        sum.apply(x, y);
      }
    };
  }

  @Test
  void theStandardErrorOverTermsIsHonest() {
    double exact = sum().large.trace() + sum().small.trace();
    long covered =
        IntStream.range(0, 400)
            .mapToObj(
                seed -> {
                  Sum sum = sum();
                  return estimate(sum, space(sum, 20, seed), new Options(8, 0), seed);
                })
            .filter(
                found ->
                    Math.abs(found.trace().value() - exact) <= 2 * found.trace().standardError())
            .count();
    assertThat(covered).isBetween(362L, 399L);
  }
}
