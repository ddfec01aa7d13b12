package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  @Test
  void overviewNamesEveryCommandAndExitCode() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains(
            "demo",
            "analyze",
            "landscape",
            "train",
            "data",
            "plot",
            "overlap",
            "inspect",
            "convert",
            "doctor",
            "130  interrupted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "analyze",
        "landscape",
        "train",
        "data",
        "plot",
        "overlap",
        "inspect",
        "convert",
        "doctor"
      })
  void helpFitsAndHasAnExample(String command) {
    CommandRun run = CommandRun.of((command + " --help").strip());
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out().lines())
        .allMatch(line -> line.length() <= 100 || line.contains(" hesse "));
    assertThat(run.out()).contains("  hesse " + command);
  }

  @Test
  void helpStatesPyHessiansDefaults() {
    String help = CommandRun.of("analyze --help").out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("--hessian-batch-size N|all how many examples (default 200)")
        .contains("--top-n N how many of the largest eigenvalues (default 1)")
        .contains("--max-iter N most products for an eigenvalue (default 100)")
        .contains("to stop at (default 0.001 and 0.007)")
        .contains("--trace-samples N most products for the trace (default 100)")
        .contains("--density-iter N Lanczos steps of a density run (default 100)")
        .contains("(default 0.4914,0.4822,0.4465; none for floating --images)");
  }

  @Test
  void versionIsThatOfTheBuild() {
    CommandRun run = CommandRun.of("--version");
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).matches("hesse \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
  }
}
