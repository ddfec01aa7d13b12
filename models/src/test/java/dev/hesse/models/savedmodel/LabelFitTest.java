package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.models.Loss;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LabelFitTest {
  private static final Optional<Loss> NONE = Optional.empty();
  private static final Optional<Loss> SOFTMAX = Optional.of(Loss.SOFTMAX_CROSS_ENTROPY);
  private static final Optional<Loss> SIGMOID = Optional.of(Loss.SIGMOID_CROSS_ENTROPY);

  private static StoredTensor whole(long[] shape, int... values) {
    return StoredTensor.of(shape, values);
  }

  private static StoredTensor real(long[] shape, float... values) {
    return StoredTensor.of(shape, values);
  }

  private static long[] shape(long... sizes) {
    return sizes;
  }

  private static LabelFit fit(
      StoredTensor labels, long[] outputs, Optional<Loss> asked, Optional<Loss> ending) {
    return LabelFit.of(labels, outputs, asked, ending);
  }

  @Test
  void integersBesideSeveralOutputsAreClasses() {
    LabelFit fit = fit(whole(shape(3), 0, 2, 1), shape(3), NONE, NONE);
    assertThat(fit.loss()).isEqualTo(Loss.SOFTMAX_CROSS_ENTROPY);
    assertThat(fit.targets()).isFalse();
    assertThat(fit.labels().dtype()).isEqualTo(DType.INT32);
    // As Keras keeps them, one in a row.
    LabelFit column = fit(whole(shape(3, 1), 0, 2, 1), shape(3), NONE, SOFTMAX);
    assertThat(column.labels().shape()).containsExactly(3);
    // One for each place of a sequence; whole numbers may be stored as floats.
    LabelFit places = fit(real(shape(1, 2), 1, 0), shape(2, 5), SOFTMAX, NONE);
    assertThat(places.targets()).isFalse();
    assertThat(places.labels().shape()).containsExactly(1, 2);
  }

  @Test
  void rowsThatSumToOneAreDistributions() {
    StoredTensor rows = real(shape(2, 2), 0.25f, 0.75f, 1, 0);
    LabelFit fit = fit(rows, shape(2), NONE, NONE);
    assertThat(fit.loss()).isEqualTo(Loss.SOFTMAX_CROSS_ENTROPY);
    assertThat(fit.targets()).isTrue();
    assertThat(fit(whole(shape(1, 2), 0, 1), shape(2), NONE, SOFTMAX).targets()).isTrue();
    assertThatThrownBy(() -> fit(real(shape(1, 2), 0.5f, 0.6f), shape(2), SOFTMAX, NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("not distributions");
  }

  @Test
  void otherNumbersAreRegression() {
    LabelFit fit = fit(real(shape(2), 0.5f, 3), shape(1), NONE, NONE);
    assertThat(fit.loss()).isEqualTo(Loss.MEAN_SQUARED_ERROR);
    assertThat(fit.labels().shape()).containsExactly(2, 1);
    assertThat(fit(real(shape(1, 2), 2, 3), shape(2), NONE, NONE).loss())
        .isEqualTo(Loss.MEAN_SQUARED_ERROR);
  }

  @Test
  void sigmoidsTakeNumbersFromZeroToOne() {
    LabelFit fit = fit(whole(shape(2), 0, 1), shape(1), NONE, SIGMOID);
    assertThat(fit.loss()).isEqualTo(Loss.SIGMOID_CROSS_ENTROPY);
    assertThat(fit.labels().shape()).containsExactly(2, 1);
    assertThatThrownBy(() -> fit(whole(shape(2), 0, 2), shape(1), NONE, SIGMOID))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("label 2 at index 1 is not from 0 to 1");
  }

  @Test
  void whatCouldMeanTwoLossesIsAsked() {
    for (Optional<Loss> ending : new Optional[] {NONE, SIGMOID}) {
      long[] outputs = ending.isEmpty() ? shape(1) : shape(3);
      assertThatThrownBy(() -> fit(whole(shape(2), 0, 1), outputs, NONE, ending))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("more than one loss could be for")
          .hasMessageContaining("Say which with --loss");
    }
  }

  @Test
  void labelsThatAreNoClassesAreNamed() {
    for (int bad : new int[] {-1, 3}) {
      assertThatThrownBy(() -> fit(whole(shape(2), 0, bad), shape(3), NONE, NONE))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(
              "label %d at index 1 is no class, which are whole numbers from 0 to 2"
                  .formatted(bad));
    }
    assertThatThrownBy(() -> fit(real(shape(1), 0.5f), shape(3), SOFTMAX, NONE))
        .hasMessageContaining("label 0.5 at index 0 is no class");
    assertThatThrownBy(() -> fit(real(shape(1, 1), Float.NaN), shape(1), NONE, NONE))
        .hasMessageContaining("is not finite");
    assertThatThrownBy(() -> fit(real(shape(1, 2), 1, 2), shape(3), NONE, NONE))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> fit(whole(shape(1), 0), shape(1), SOFTMAX, NONE))
        .hasMessageContaining("softmax is always 1");
  }
}
