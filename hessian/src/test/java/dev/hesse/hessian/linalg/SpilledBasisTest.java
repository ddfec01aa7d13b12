package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bases of which some or all vectors are on disk, against the same in Java's heap. */
class SpilledBasisTest {
  /** Three chunks, of which the last is not full. */
  private static final int N = 2 * BasisRows.CHUNK + 700;

  private static final int VECTORS = 11;

  @TempDir private Path folder;

  private BasisStorage holding(int vectors) {
    return new BasisStorage((long) vectors * N * Float.BYTES, Optional.of(folder));
  }

  private static double[] vector(int index) {
    return new Probes(7).gaussian(index, N);
  }

  private static FloatBasis orthonormal(BasisStorage storage) {
    FloatBasis basis = new FloatBasis(N, storage);
    for (int j = 0; j < VECTORS; j++) {
      double[] w = vector(j);
      basis.orthogonalize(w);
      basis.append(w, Vectors.norm(w));
    }
    return basis;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 10})
  void everyResultIsThatOfABasisInTheHeapBitForBit(int held) {
    FloatBasis expected = orthonormal(BasisStorage.inHeap(Long.MAX_VALUE));
    FloatBasis basis = orthonormal(holding(held));
    assertThat(basis.size()).isEqualTo(VECTORS);
    assertSame(basis, expected);
    double[][] s =
        IntStream.range(0, 6)
            .mapToObj(k -> new Probes(8).gaussian(k, VECTORS))
            .toArray(double[][]::new);
    assertThat(basis.rotate(s)).isEqualTo(expected.rotate(s));
    assertThat(basis.size()).isEqualTo(6);
    assertSame(basis, expected);
    for (FloatBasis each : List.of(basis, expected)) {
      each.append(vector(50), 1);
    }
    assertSame(basis, expected);
  }

  private static void assertSame(FloatBasis basis, FloatBasis expected) {
    int m = expected.size();
    for (int j = 0; j < m; j++) {
      assertThat(basis.vector(j)).isEqualTo(expected.vector(j));
    }
    double[] w = vector(99);
    double[] v = w.clone();
    assertThat(basis.orthogonalize(w)).isEqualTo(expected.orthogonalize(v));
    assertThat(w).isEqualTo(v);
    double[] c = new Probes(9).gaussian(0, m);
    assertThat(basis.combine(c)).isEqualTo(expected.combine(c));
    double[] fewer = Arrays.copyOf(c, 2);
    assertThat(basis.combine(fewer)).isEqualTo(expected.combine(fewer));
    assertThat(basis.diagonal(c, c)).isEqualTo(expected.diagonal(c, c));
  }

  @Test
  void filesHaveNoNameAndEigenpairsAreThoseOfASpaceInTheHeap() {
    DenseOperator operator =
        DenseOperator.withSpectrum(
            IntStream.range(0, 300).mapToDouble(i -> i < 3 ? 90 - i : Math.cos(i)).toArray());
    LanczosEigensolver.Options options = new LanczosEigensolver.Options(3, 0, 60, 1e-6, 0);
    Eigenpairs expected =
        LanczosEigensolver.solve(
            Lanczos.fromGaussian(operator, 1, Long.MAX_VALUE), options, Progress.NONE);
    BasisStorage none = new BasisStorage(0, Optional.of(folder));
    Eigenpairs spilled =
        LanczosEigensolver.solve(
            Lanczos.fromGaussian(operator, 1, none),
            options,
            (phase, done, limit, estimate, error) -> assertThat(folder).isEmptyDirectory());
    assertThat(spilled.status()).isEqualTo(Status.CONVERGED);
    assertThat(spilled.message()).isEqualTo(expected.message());
    for (int i = 0; i < 3; i++) {
      assertThat(spilled.top().get(i).value()).isEqualTo(expected.top().get(i).value());
      assertThat(spilled.top().get(i).vector().get())
          .isEqualTo(expected.top().get(i).vector().get());
    }
    BlockLanczos.Options block =
        new BlockLanczos.Options(new Wanted.Ends(3, 0), 2, 200, 12, 1e-5, Criterion.RESIDUAL, 0);
    Eigenpairs restarted = BlockLanczos.solve(operator, List.of(), block, 1, none, Progress.NONE);
    Eigenpairs inHeap = BlockLanczos.solve(operator, List.of(), block, 1, Progress.NONE);
    assertThat(restarted.message()).isEqualTo(inHeap.message());
    assertThat(restarted.top().get(2).vector().get()).isEqualTo(inHeap.top().get(2).vector().get());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaidAndNothingIsLeft() {
    Path gone = folder.resolve("gone");
    FloatBasis basis = new FloatBasis(N, new BasisStorage(0, Optional.of(gone)));
    assertThatThrownBy(() -> basis.append(vector(0), 1))
        .isInstanceOfSatisfying(
            SpillException.class,
            e -> {
              assertThat(e.folder()).isEqualTo(gone.toString());
              assertThat(e.reason()).hasMessageContaining("gone");
            });
    assertThat(basis.size()).isZero();
    assertThat(folder).isEmptyDirectory();
  }
}
