package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the programs in {@code docs/examples} as a user would, and runs them. */
class DocsExamplesTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("hesse.root")).resolve("docs/examples");
  private static final Pattern FIRST_VALUE = Pattern.compile("([-+.e0-9]+)  residual");

  @TempDir private Path folder;

  private String run(String name, Object... arguments) throws Exception {
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        compiler.run(
            null,
            null,
            errors,
            "-Xlint:all",
            "-proc:none",
            "-d",
            folder.toString(),
            "-cp",
            classPath(),
            EXAMPLES.resolve(name + ".java").toString());
    assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, DocsExamplesTest.class.getClassLoader())) {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) texts);
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  @Test
  void aSavedModelsCurvatureInAPipeline() throws Exception {
    Path model = folder.resolve("served");
    Path images = CommandRun.testdata("demo/images.npy");
    Path labels = CommandRun.testdata("demo/labels.npy");
    assertThat(CommandRun.of("convert DEMO/net.pt", model, "--serve-raw").status())
        .isEqualTo(ExitStatus.DONE);
    String printed = run("SavedModelCurvature", model, images, labels);

    assertThat(printed)
        .contains("softmax-cross-entropy of 'logits'")
        .contains("parameters: the model's collection of trainable variables");
    HessianReport report = ofCheckpoint(images, labels);
    Matcher first = FIRST_VALUE.matcher(printed);
    assertThat(first.find()).isTrue();
    double top = report.eigenvalues().top().get(0).value();
    // Both converged to a relative residual of 1e-3, of which an eigenvalue has the square over a
    // gap; the images' normalisation is rounded in another place.
    assertThat(Double.parseDouble(first.group(1))).isCloseTo(top, within(1e-4 * top));
  }

  private HessianReport ofCheckpoint(Path images, Path labels) throws IOException {
    CommandRun run =
        CommandRun.of(
            "analyze --resume DEMO/net.pt --sequential --hessian-batch-size all --only eigenvalues",
            "--images",
            images,
            "--labels",
            labels,
            "--out",
            folder.resolve("out"));
    assertThat(run.err()).isEmpty();
    return ReportReader.read(folder.resolve("out/report.json"));
  }
}
