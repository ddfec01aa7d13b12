package dev.hesse.hessian.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductJournalTest {
  private static final double[] SPECTRUM =
      IntStream.range(0, 70).mapToDouble(i -> i < 4 ? 50 >> i : Math.sin(i)).toArray();

  @TempDir private Path folder;
  private Path path = Path.of("");
  private final DenseOperator operator = DenseOperator.withSpectrum(SPECTRUM);

  @BeforeEach
  void path() {
    path = folder.resolve("journal");
  }

  /** Eigenvalue, density and trace, which stop after so many products in all. */
  private static String analyse(SymmetricOperator operator, int products) {
    int[] made = {0};
    SymmetricOperator counted =
        new SymmetricOperator() {
          @Override
          public int dimension() {
            return operator.dimension();
          }

          @Override
          public void apply(double[] x, double[] y) {
            if (made[0]++ == products) {
              throw new CancellationException();
            }
            operator.apply(x, y);
          }
        };
    Lanczos space = Lanczos.fromRademacher(counted, 3, 0, Long.MAX_VALUE);
    SpectralDensity density =
        SpectralDensity.estimate(space, new SpectralDensity.Options(15, 2), Progress.NONE);
    TraceEstimate trace =
        HutchinsonTrace.estimate(
            counted,
            space,
            new int[] {0, 70},
            new HutchinsonTrace.Options(12, 0),
            3,
            Progress.NONE);
    return density.runs() + " " + trace.trace();
  }

  @Test
  void whatIsThereStaysUntilTheFirstProductOfAnother() throws IOException {
    try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 5)) {
      assertThat(ProductJournal.holdsProducts(path)).isFalse();
      analyse(journal, 1000);
    }
    byte[] before = Files.readAllBytes(path);
    ProductJournal.begin(SumOperator.of(operator), path, 6).close();
    assertThat(path).hasBinaryContent(before);
    assertThat(ProductJournal.holdsProducts(path)).isTrue();
    try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 6)) {
      assertThatThrownBy(() -> analyse(journal, 1)).isInstanceOf(CancellationException.class);
    }
    operator.products = 0;
    try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 6)) {
      analyse(journal, 1000);
      assertThat(journal.replayed()).isEqualTo(1);
    }
  }

  /** Killed amid the first run, the second, and the trace. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 22, 36})
  void goesOnWithTheSameNumbers(int killedAfter) throws IOException {
    String expected = analyse(operator, 1000);
    int all = operator.products;
    try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 5)) {
      assertThatThrownBy(() -> analyse(journal, killedAfter))
          .isInstanceOf(CancellationException.class);
    }
    operator.products = 0;
    try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 5)) {
      assertThat(analyse(journal, 1000)).isEqualTo(expected);
      assertThat(journal.replayed()).isEqualTo(killedAfter);
    }
    assertThat(operator.products).isEqualTo(all - killedAfter);
  }

  /** The second product of the last block is torn. */
  @Test
  void runsThatAreMadeTogetherGoOnAmidABlock() throws IOException {
    SumOperator blocked = SumOperator.of(operator.withPreferredBlock(2));
    SpectralDensity expected = density(blocked);
    try (ProductJournal journal = ProductJournal.begin(blocked, path, 5)) {
      density(journal);
    }
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(whole, whole.length - 1));
    try (ProductJournal journal = ProductJournal.resume(blocked, path, 5)) {
      assertThat(density(journal).runs()).isEqualTo(expected.runs());
      assertThat(journal.replayed()).isEqualTo(3 * 15 - 1);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(whole);
  }

  private static SpectralDensity density(SymmetricOperator of) {
    return SpectralDensity.estimate(
        Lanczos.fromRademacher(of, 3, 0, Long.MAX_VALUE),
        new SpectralDensity.Options(15, 3),
        Progress.NONE);
  }

  @Test
  void tornAndDamagedRecordsAreMadeAgain() throws IOException {
    String expected = analyse(operator, 1000);
    try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 5)) {
      analyse(journal, 1000);
    }
    byte[] whole = Files.readAllBytes(path);
    for (int cut : new int[] {1, 9, 300, 5000}) {
      byte[] torn = Arrays.copyOf(whole, whole.length - cut);
      Files.write(path, torn);
      try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 5)) {
        assertThat(analyse(journal, 1000)).isEqualTo(expected);
      }
      assertThat(Files.readAllBytes(path)).isEqualTo(whole);
      torn = whole.clone();
      torn[torn.length - cut] ^= 1;
      Files.write(path, torn);
      try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 5)) {
        assertThat(analyse(journal, 1000)).isEqualTo(expected);
      }
    }
  }

  @Test
  void otherProductsThanThoseWrittenAreMade() throws IOException {
    double[] x = new double[70];
    double[] y = new double[70];
    double[] z = new double[70];
    try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 5)) {
      x[0] = 1;
      journal.apply(x, y);
    }
    try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 5)) {
      x[0] = 2;
      journal.apply(x, z);
      assertThat(journal.replayed()).isZero();
    }
    assertThat(z[3]).isEqualTo(2 * y[3]);
  }

  /** Of one entry, all entries, and entries that have changed places. */
  @Test
  void vectorsOfOtherSignsAreOthers() throws IOException {
    double[] signs = new Probes(1).rademacher(0, 70);
    double[][] others = new double[70 + 3][];
    for (int i = 0; i < 70; i++) {
      others[i] = signs.clone();
      others[i][i] *= -1;
    }
    others[70] = Arrays.stream(signs).map(x -> -x).toArray();
    others[71] = new Probes(1).rademacher(1, 70);
    others[72] = IntStream.range(0, 70).mapToDouble(i -> signs[69 - i]).toArray();
    for (double[] written : others) {
      try (ProductJournal journal = ProductJournal.begin(SumOperator.of(operator), path, 5)) {
        journal.apply(written, new double[70]);
      }
      try (ProductJournal journal = ProductJournal.resume(SumOperator.of(operator), path, 5)) {
        journal.apply(signs, new double[70]);
        assertThat(journal.replayed()).isZero();
      }
    }
  }

  @Test
  void anotherMatrixsJournalIsRefused() throws IOException {
    ProductJournal.begin(SumOperator.of(operator), path, 5).close();
    assertThatThrownBy(() -> ProductJournal.resume(SumOperator.of(operator), path, 6))
        .isInstanceOf(ProductJournal.MismatchException.class);
    assertThatThrownBy(
            () -> ProductJournal.resume(SumOperator.of(DenseOperator.diagonal(1, 2)), path, 5))
        .isInstanceOf(ProductJournal.MismatchException.class);
    Files.write(path, new byte[7]);
    assertThatThrownBy(() -> ProductJournal.resume(SumOperator.of(operator), path, 5))
        .isInstanceOf(ProductJournal.MismatchException.class);
  }
}
