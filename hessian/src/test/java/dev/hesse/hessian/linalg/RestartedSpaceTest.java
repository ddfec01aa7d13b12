package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestartedSpaceTest {
  private static final int N = 60;

  /**
   * An eigenvector leaves no remainder, so that a fresh direction takes its place, which is coupled
   * to nothing; the other vector of the block is, and its rounding counts, whichever comes first.
   */
  @Test
  void roundingAfterAFreshDirectionCounts() {
    double[] unit = new double[N];
    unit[0] = 1;
    double[] ones = new double[N];
    Arrays.fill(ones, 1, N, 1);
    double after = defect(List.of(unit, ones));
    double before = defect(List.of(ones, unit));
    // the same direction, of which only signs and order of rounding may differ
    assertThat(before).isPositive();
    assertThat(after).isBetween(before / 2, 2 * before);
  }

  private static double defect(List<double[]> start) {
    double[] entries = IntStream.range(0, N).mapToDouble(i -> Math.sin(1 + i)).toArray();
    RestartedSpace space =
        new RestartedSpace(
            DenseOperator.diagonal(entries),
            start,
            new Probes(1),
            20,
            BasisStorage.inHeap(Long.MAX_VALUE));
    space.extend();
    assertThat(space.defect()).isZero();
    space.extend();
    return space.defect();
  }
}
