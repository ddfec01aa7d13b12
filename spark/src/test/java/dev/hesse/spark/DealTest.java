package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.Batch;
import dev.hesse.io.data.BatchSource;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DealTest {

  @ParameterizedTest
  @CsvSource({"31,4,1", "31,4,3", "31,4,7", "31,4,50", "32,4,3", "3,4,2", "1,1,1"})
  void everyMiniBatchIsInOnePart(int examples, int miniBatch, int wanted) {
    Deal deal = Deal.of(examples, miniBatch, wanted);
    assertThat(deal.parts()).isLessThanOrEqualTo(deal.miniBatches());
    int total = 0;
    double share = 0;
    Set<Integer> positions = new HashSet<>();
    for (int part = 0; part < deal.parts(); part++) {
      PartExamples examplesOfPart = new PartExamples(null, deal, part);
      IntStream.range(0, examplesOfPart.examples())
          .forEach(i -> positions.add(examplesOfPart.position(i)));
      total += examplesOfPart.examples();
      share += deal.share(part);
    }
    assertThat(total).isEqualTo(examples);
    assertThat(share).isCloseTo(1, within(1e-15 * deal.parts()));
    assertThat(positions)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, examples).boxed().toList());
    for (int batch = 0; batch < deal.miniBatches(); batch++) {
      assertThat(deal.batchAt(deal.partOf(batch), deal.placeOf(batch))).isEqualTo(batch);
    }
  }

  @Test
  void aPartReadsWithinOneMiniBatch() throws IOException {
    PartExamples part = new PartExamples(Example.data(), Deal.of(31, 4, 3), 1);
    assertThat(part.read(4, 4).arrays()).containsKeys("images", "labels");
    assertThatThrownBy(() -> part.read(2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aPartInAnotherOrderHasItsOwnExamples() throws IOException {
    PartExamples part = new PartExamples(Example.data(), Deal.of(31, 4, 3), 1);
    int[] backwards =
        IntStream.range(0, part.examples()).map(i -> part.examples() - 1 - i).toArray();
    BatchSource reversed = part.reordered(backwards);
    for (int i = 0; i < part.examples(); i++) {
      assertThat(image(reversed, i)).isEqualTo(image(part, part.examples() - 1 - i));
    }
    assertThatThrownBy(() -> part.reordered(new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected an order of %d examples, got 1", part.examples());
  }

  private static double[] image(BatchSource source, int number) {
    return ((StoredTensor) source.read(number, 1).array(Batch.IMAGES)).toDoubles();
  }
}
