package dev.hesse.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNamesTest {
  @ParameterizedTest
  @CsvSource({
    "/sweep/200/report.json /sweep/1000/report.json, 200 1000",
    "runs/a/early/report.json runs/b/late/report.json, a/early b/late",
    "/out/first.json /out/second.json, first second",
    "/out/net.pt /out/net.npz, net.pt net.npz",
    "/out/v1.5/x.pt /out/v1.6/x.pt, v1.5 v1.6",
    "a/report.json a/b/report.json, a a/b",
    "report.json out/report.json, report out/report",
    "same/report.json same/report.json, same same",
    "C:\\runs\\1\\report.json C:\\runs\\2\\report.json, 1 2",
  })
  void keepsWhatDiffers(String paths, String names) {
    assertThat(PathNames.distinguishing(List.of(paths.split(" "))))
        .containsExactly(names.split(" "));
  }
}
