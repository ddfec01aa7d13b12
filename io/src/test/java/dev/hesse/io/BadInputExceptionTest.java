package dev.hesse.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BadInputExceptionTest {
  @Test
  void isOneLineOfTwoSentencesWithItsPlace() {
    BadInputException inner = new BadInputException("it is cut off", "Get it again");
    assertThat(inner.in("a.npy")).hasMessage("a.npy: it is cut off. Get it again.").hasCause(inner);
  }

  @Test
  void quotesWhatATerminalWouldObey() {
    assertThat(BadInputException.quote("a\u001b[2J\n\u202eb"))
        .isEqualTo("'a\\u001b[2J\\u000a\\u202eb'");
    assertThat(BadInputException.quote("x".repeat(100))).hasSize(83).endsWith("…'");
  }
}
