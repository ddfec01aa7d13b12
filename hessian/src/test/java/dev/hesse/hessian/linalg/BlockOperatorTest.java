package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hesse.hessian.linalg.BlockOperator.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockOperatorTest {
  private static final DenseOperator WHOLE = DenseOperator.withSpectrum(3, -1, 0.5, 7, 2, -4);
  private static final int[] CHOSEN = {4, 5, 1};

  @Test
  void itsColumnsAreThoseOfTheSubmatrix() {
    BlockOperator block = new BlockOperator(WHOLE, List.of(new Range(4, 6), new Range(1, 2)));
    assertThat(block.dimension()).isEqualTo(3);
    for (int j = 0; j < 3; j++) {
      double[] unit = new double[3];
      unit[j] = 1;
      double[] alone = new double[3];
      block.apply(unit, alone);
      double[][] together = new double[2][3];
      block.applyTerm(0, new double[][] {unit, unit}, together);
      for (int i = 0; i < 3; i++) {
        assertThat(alone[i]).isEqualTo(WHOLE.a[CHOSEN[i]][CHOSEN[j]]);
        assertThat(together[1][i]).isEqualTo(alone[i]);
      }
      assertThat(block.embed(unit)).containsOnly(0, 1);
      assertThat(block.embed(unit)[CHOSEN[j]]).isEqualTo(1);
    }
  }

  @Test
  void anEmptyBlockIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockOperator(WHOLE, List.of(new Range(2, 2))));
  }
}
