package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoubleBasisTest {
  /** More than a chunk, and no multiple of it. */
  private static final int N = 2500;

  private static final int K = 20;

  /** Vectors that nearly repeat: each is the first plus a part that falls to 2⁻⁴⁰. */
  private static double[][] graded() {
    Random random = new Random(3);
    double[] first = random.doubles(N, -1, 1).toArray();
    return IntStream.range(0, K)
        .mapToObj(
            i -> {
              double[] y = first.clone();
              Vectors.addScaled(y, Math.pow(2, -2 * i), random.doubles(N, -1, 1).toArray());
              return y;
            })
        .toArray(double[][]::new);
  }

  private static void append(DoubleBasis basis, double[][] y, int block) {
    for (int from = 0; from < y.length; from += block) {
      boolean[] independent =
          basis.append(Arrays.copyOfRange(y, from, Math.min(y.length, from + block)));
      assertThat(independent).doesNotContain(false);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void isOrthonormalAndSpansTheVectors(int block) {
    double[][] y = graded();
    DoubleBasis basis = new DoubleBasis(N);
    append(basis, y, block);
    double[][] q = basis.vectors(0, K);
    for (int i = 0; i < K; i++) {
      for (int j = 0; j <= i; j++) {
        // sums of 2500 products of unit vectors, over chunks
        assertThat(Vectors.dot(q[i], q[j])).isCloseTo(i == j ? 1 : 0, within(1e-14));
      }
    }
    double[][] rest = graded();
    double[][] r = basis.coefficients(y, 0);
    basis.project(rest);
    for (int i = 0; i < K; i++) {
      assertThat(Vectors.norm(rest[i])).isLessThan(1e-14 * Vectors.norm(y[i]));
      for (int j = i + 1; j < K; j++) {
        assertThat(Math.abs(r[i][j])).isLessThan(1e-14 * Vectors.norm(y[i]));
      }
    }
    assertThat(basis.coefficients(y, 5)[7]).containsExactly(Arrays.copyOfRange(r[7], 5, K));
  }

  @Test
  void whatDependsIsLeftOut() {
    double[][] y = graded();
    double[] combination = y[0].clone();
    Vectors.addScaled(combination, -3, y[1]);
    double[][] block = {y[0], y[0].clone(), y[1], combination, new double[N]};
    DoubleBasis basis = new DoubleBasis(N);
    assertThat(basis.append(block)).containsExactly(true, false, true, false, false);
    assertThat(basis.append(new double[][] {combination, y[2]})).containsExactly(false, true);
    assertThat(basis.size()).isEqualTo(3);
  }
}
