package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final String A = Placement.location("a", "1");
  private static final String B = Placement.location("b", "11");

  private final Placement placement = new Placement(3);

  private void place(String... executors) {
    List.of(executors).forEach(placement::joined);
    for (int part = 0; part < executors.length; part++) {
      placement.found(part, executors[part]);
    }
  }

  @Test
  void nothingIsPreferredAtFirst() {
    assertThat(placement.preferences()).containsExactly("", "", "");
    assertThat(placement.most()).isEqualTo(3);
  }

  @Test
  void partsStayWhereTheyAre() {
    place(A, B, A);
    assertThat(placement.preferences()).containsExactly(A, B, A);
    assertThat(placement.most()).isEqualTo(2);
  }

  @Test
  void partsOfALostExecutorMayGoAnywhere() {
    place(A, B, A);
    placement.left("1");
    assertThat(placement.preferences()).containsExactly("", B, "");
    assertThat(placement.most()).isEqualTo(2);
  }

  @Test
  void theOthersKeepThePartsOfALostExecutorAndHoldNoMoreThanPlanned() {
    place(A, B, A);
    placement.left("1");
    placement.found(0, B);
    placement.found(2, B);
    assertThat(placement.preferences()).containsExactly(B, B, B);
    assertThat(placement.most()).isEqualTo(2);
  }

  @Test
  void anExecutorThatLeftDuringAJobStaysGoneAfterIt() {
    placement.joined(A);
    placement.joined(B);
    placement.left("1");
    placement.found(0, A);
    assertThat(placement.executors()).isEqualTo(1);
    assertThat(placement.preferences()).containsExactly("", "", "");
  }

  @Test
  void aReplacementTakesWhatIsTooMuchForTheOthers() {
    place(B, B, B);
    assertThat(placement.preferences()).containsExactly(B, B, B);
    assertThat(placement.most()).isEqualTo(3);
    placement.joined(A);
    assertThat(placement.most()).isEqualTo(2);
    assertThat(placement.preferences()).containsExactly(B, B, "");
  }
}
