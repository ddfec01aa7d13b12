package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TypefaceTest {

  @Test
  void hasHelveticasWidths() throws IOException {
    // From Adobe's metrics of Helvetica, in thousandths; Liberation's units are 1/2048.
    Typeface typeface = new Typeface();
    assertThat(typeface.width("A")).isCloseTo(0.667, within(1.0 / 2048));
    assertThat(typeface.width("i")).isCloseTo(0.222, within(1.0 / 2048));
    assertThat(typeface.width("A i")).isCloseTo(0.667 + 0.278 + 0.222, within(3.0 / 2048));
  }

  @Test
  void hasEveryCharacterThatFiguresUse() throws IOException {
    String used = "λσ±−×≈…·0123456789";
    assertThat(new Typeface().printable(used)).isEqualTo(used);
  }

  @Test
  void replacesWhatItLacks() throws IOException {
    assertThat(new Typeface().printable("a日\n\ud83d\ude00b")).isEqualTo("a???b");
  }

  @Test
  void cutsToTheWidth() throws IOException {
    Typeface typeface = new Typeface();
    assertThat(typeface.fitted("short", 10, 100)).isEqualTo("short");
    String cut = typeface.fitted("a text that is too long", 10, 50);
    assertThat(cut).startsWith("a text").endsWith("…");
    assertThat(typeface.width(cut) * 10).isLessThanOrEqualTo(50);
  }
}
