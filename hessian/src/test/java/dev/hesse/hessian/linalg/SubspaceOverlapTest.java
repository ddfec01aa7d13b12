package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SubspaceOverlapTest {
  private static final int N = 3000;

  /** Orthonormal vectors in random directions. */
  private static double[][] orthonormal(int count) {
    DoubleBasis basis = new DoubleBasis(N);
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      basis.append(new double[][] {random.doubles(N, -1, 1).toArray()});
    }
    return basis.vectors(0, count);
  }

  private static double[] combination(double a, double[] x, double b, double[] y) {
    double[] sum = new double[N];
    Vectors.addScaled(sum, a, x);
    Vectors.addScaled(sum, b, y);
    return sum;
  }

  @Test
  void anglesOfAnyAccuracyAreFound() {
    double[][] e = orthonormal(8);
    double[] angles = {1e-9, 0.3, Math.PI / 2 - 1e-9};
    double[][] first = {e[0], e[1], e[2], e[6]};
    double[][] turned = new double[3][];
    for (int i = 0; i < 3; i++) {
      turned[i] = combination(Math.cos(angles[i]), e[i], Math.sin(angles[i]), e[i + 3]);
    }
    // Another basis of the same span, of other lengths, with rows in another order.
    double[][] second = {
      combination(2, turned[2], 1, turned[0]),
      combination(3, turned[1], 0.5, turned[2]),
      combination(-1, turned[0], 1, turned[1])
    };
    // A few roundings of unit numbers.
    assertThat(SubspaceOverlap.of(first, second).angles()).containsExactly(angles, within(1e-14));
    SubspaceOverlap swapped = SubspaceOverlap.of(second, first);
    assertThat(swapped.angles()).containsExactly(angles, within(1e-14));
    double cosine = Math.cos(0.3);
    assertThat(swapped.overlap()).isCloseTo((1 + cosine * cosine) / 3, within(1e-14));
  }

  @Test
  void cosinesAreOfSingleVectors() {
    double[][] e = orthonormal(3);
    SubspaceOverlap found =
        SubspaceOverlap.of(
            new double[][] {e[0], combination(-2, e[1], 2, e[2])}, new double[][] {e[1]});
    assertThat(found.cosines()).hasDimensions(2, 1);
    assertThat(found.cosines()[0][0]).isCloseTo(0, within(1e-15));
    assertThat(found.cosines()[1][0]).isCloseTo(Math.sqrt(0.5), within(1e-15));
    assertThat(found.angles()).containsExactly(new double[] {Math.PI / 4}, within(1e-14));
  }

  @Test
  void dependentVectorsAreRefused() {
    double[][] e = orthonormal(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SubspaceOverlap.of(e, new double[][] {e[0], e[0]}))
        .withMessageContaining("linearly independent");
  }
}
