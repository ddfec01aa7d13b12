package dev.hesse.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private String line(boolean enabled, double estimate, double error) {
    ProgressLine line = new ProgressLine(new PrintStream(written, true, UTF_8), enabled);
    line.update("trace", 3, 100, estimate, error);
    return written.toString(UTF_8);
  }

  @Test
  void showsTheEstimateAsFarAsItsErrorLeavesIt() {
    assertThat(line(true, 171.64, 8.71)).contains("trace 3/100  171.6 ± 8.7  (");
  }

  @Test
  void showsAnEstimateWithoutAnError() {
    assertThat(line(true, 171.64, Double.NaN)).contains("trace 3/100  171.640  (");
  }

  @Test
  void showsNoNumberBeforeThereIsOne() {
    assertThat(line(true, Double.NaN, Double.NaN)).contains("trace 3/100  (");
  }

  @Test
  void writesNothingWhereThereIsNoTerminal() {
    assertThat(line(false, 171.64, 8.71)).isEmpty();
  }

  @Test
  void countsTheTimeOfAPhaseFromItsName() throws InterruptedException {
    ProgressLine line = new ProgressLine(new PrintStream(written, true, UTF_8), true);
    line.phase("landscape");
    Thread.sleep(150); // lines are a tenth of a second apart
    line.update("landscape", 1, 4, Double.NaN, Double.NaN);
    assertThat(written.toString(UTF_8)).endsWith("landscape 1/4  (0 s, at most 0 s left)");
  }
}
