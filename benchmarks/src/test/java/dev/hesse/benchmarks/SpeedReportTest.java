package dev.hesse.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.benchmarks.Measurements.Quantity;
import dev.hesse.benchmarks.Measurements.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedReportTest {
  private static final String SUBJECT = "ResNet20, batch 200";

  private final Measurements measurements = new Measurements();

  @BeforeEach
  void measureThreeRounds() {
    measurements.describe("processor", "one of two cores");
    double[] ours = {0.5, 0.6, 0.4};
    double[] theirs = {1.0, 1.5, 1.2};
    for (int round = 1; round <= 3; round++) {
      add(round, Side.HESSE, "product-kept", ours[round - 1]);
      add(round, Side.PYTORCH, "hvp-double-backward-retained", theirs[round - 1]);
    }
    // Measured once only, so that ratios to it are of one round.
    add(2, Side.HESSE, "forward", 0.1);
    add(1, Side.HESSE, "operation:Conv2D", 0.9);
    add(1, Side.HESSE, "operation:Add", 0.1);
  }

  private void add(int round, Side side, String name, double value) {
    measurements.add(round, new Quantity(side, SpeedPlan.PRODUCTS, SUBJECT, name), value);
  }

  @Test
  void cellsAreMediansOfRoundsAndOfRatiosWithinRounds() {
    assertThat(SpeedReport.markdown(measurements))
        .contains("- processor: one of two cores", "Rounds: 3.")
        .contains(
            "|  | forward | product, kept | double backward, retained |",
            "| ResNet20, batch 200 | 0.100 | 0.500 (0.400–0.600) | 1.20 (1.00–1.50) |")
        .contains(
            "|  | kept, in forward passes | PyTorch retained / Hesse kept |",
            "| ResNet20, batch 200 | 6.00 | 2.50 (2.00–3.00) |")
        .contains("- Conv2D 90.0 %\n- Add 10.0 %");
  }

  @Test
  void tablesOfABusyMachineSaySo() {
    measurements.describe(Machine.OTHER_WORK, Machine.percent(0.04));
    assertThat(SpeedReport.markdown(measurements)).doesNotContain("busy");
    measurements.describe(Machine.OTHER_WORK, Machine.percent(0.43));
    assertThat(SpeedReport.markdown(measurements)).contains("busy");
    measurements.describe(Machine.OTHER_WORK, Machine.percent(Double.NaN));
    assertThat(SpeedReport.markdown(measurements)).doesNotContain("busy");
  }

  @Test
  void whatWasNotMeasuredIsLeftOut() {
    assertThat(SpeedReport.markdown(measurements))
        .doesNotContain(
            "Whole analyses", "Vectors in a block", "forward over reverse", "gradient |");
  }

  @Test
  void severalValuesOfARoundCountAsTheirMedian() {
    add(1, Side.HESSE, "gradient", 0.2);
    add(1, Side.HESSE, "gradient", 0.3);
    add(1, Side.HESSE, "gradient", 9);
    assertThat(
            measurements.byRound(new Quantity(Side.HESSE, SpeedPlan.PRODUCTS, SUBJECT, "gradient")))
        .containsExactly(Map.entry(1, 0.3));
  }

  @Test
  void tablesCanBeMadeAgainFromTheFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("numbers.tsv");
    measurements.write(file);
    assertThat(SpeedReport.markdown(Measurements.read(file)))
        .isEqualTo(SpeedReport.markdown(measurements));
  }
}
