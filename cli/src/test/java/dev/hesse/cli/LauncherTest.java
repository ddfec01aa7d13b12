package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root, in a folder of its own with a Java and a Maven that only say so. */
class LauncherTest {
  private static final String FIRST_USE =
      "hesse: first use: building with Maven, which downloads some hundred MB\n";

  @TempDir private Path temporary;
  private Path project;
  private Path tools;

  private record Result(int status, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    project = Files.createDirectory(temporary.resolve("a project"));
    tools = Files.createDirectories(temporary.resolve("jdk/bin"));
    Files.copy(Path.of(System.getProperty("hesse.root"), "hesse"), project.resolve("hesse"));
    Files.writeString(project.resolve("pom.xml"), "");
    for (String module : List.of("io", "models", "hessian", "spark", "train", "plot", "cli")) {
      Files.createDirectories(project.resolve(module + "/src/main"));
      Files.writeString(project.resolve(module + "/pom.xml"), "");
    }
    java("17.0.9");
    tool(
        "mvn",
        "mkdir -p cli/target/hesse-lib; for a; do [ \"$a\" = -Pgpu ] && gpu=-gpu; done; touch cli/target/hesse${gpu:-}.jar");
  }

  private void java(String version) throws IOException {
    Files.writeString(temporary.resolve("jdk/release"), "JAVA_VERSION=\"" + version + "\"\n");
    tool(
        "java",
        "for a; do last=$a; jar=${before:-}; before=$a; done; echo \"${jar##*/} $last\";"
            + " echo 'I0000 mlir.cc:401] MLIR V1 optimization pass is not enabled' >&2;"
            + " echo 'F0000 real trouble' >&2; echo own words >&0; exit 7");
  }

  private void tool(String name, String script) throws IOException {
    Files.writeString(tools.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(
        tools.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(String command) throws IOException, InterruptedException {
    // The filter of a run may still write after the program has ended.
    Path out = Files.createTempFile(temporary, "out", "");
    Path err = Files.createTempFile(temporary, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(temporary.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("PATH", tools + ":/usr/bin:/bin");
    int status = builder.start().waitFor();
    return new Result(
        status,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void buildsOnFirstUseOnlyAndAfterChanges() throws Exception {
    Result first = run("'a project/hesse' one");
    assertThat(first.status()).isEqualTo(7);
    assertThat(first.out()).isEqualTo("hesse.jar one\n");
    assertThat(first.err()).startsWith(FIRST_USE);
    assertThat(run("'a project/hesse' two").err()).doesNotContain("building");
    Path source = Files.writeString(project.resolve("io/src/main/Changed.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(run("'a project/hesse' three").err())
        .startsWith("hesse: building, as sources have changed\n");
  }

  @Test
  void worksThroughALinkFromAnywhere() throws Exception {
    Files.createSymbolicLink(temporary.resolve("link"), project.resolve("hesse"));
    assertThat(run("cd / && '" + temporary.resolve("link") + "' x").out())
        .isEqualTo("hesse.jar x\n");
  }

  @Test
  void gpuHasABuildOfItsOwn() throws Exception {
    assertThat(run("HESSE_GPU=1 'a project/hesse' x").out()).isEqualTo("hesse-gpu.jar x\n");
    assertThat(run("'a project/hesse' x").out()).isEqualTo("hesse.jar x\n");
  }

  @Test
  void filtersOnlyWhatTensorFlowAlwaysWrites() throws Exception {
    run("'a project/hesse' x");
    // The filter may end after the program; it holds standard error open until then.
    Result result = run("{ 'a project/hesse' x; } 2>&1 >/dev/null | cat >&2");
    assertThat(result.err().lines()).containsExactlyInAnyOrder("own words", "F0000 real trouble");
  }

  @Test
  void standardStreamsMayBeClosed() throws Exception {
    run("'a project/hesse' x");
    String script = Files.readString(project.resolve("hesse"));
    assertThat(run("'a project/hesse' x 2>&-").out()).isEqualTo("hesse.jar x\n");
    assertThat(run("'a project/hesse' x <&- >&- 2>&-").status()).isEqualTo(7);
    assertThat(project.resolve("hesse")).hasContent(script);
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    java("11.0.2");
    assertThat(run("'a project/hesse' x").err())
        .isEqualTo(
            "hesse: %s/java is version 11. Install JDK 17 or later, or set JAVA_HOME to one.\n"
                .formatted(tools));
    java("17.0.9");
    assertThat(run("JAVA_HOME=/none 'a project/hesse' x").err())
        .isEqualTo(
            "hesse: there is no Java in JAVA_HOME=/none. Install JDK 17 or later, or set JAVA_HOME to one.\n");
    tool("mvn", "echo '[ERROR] no network'; exit 1");
    Result failed = run("'a project/hesse' x");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).startsWith(FIRST_USE + "[ERROR] no network\nhesse: the build failed.");
  }
}
