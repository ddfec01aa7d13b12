package dev.hesse.cli;

import static dev.hesse.cli.TensorAssertions.assertSameTensors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.ReportReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingConversionTest {
  private static final Path DEMO = CommandRun.testdata("demo/net.pt");

  @TempDir private Path folder;

  @Test
  void weightsComeBackFromASavedModelBitForBit() throws IOException {
    Path served = folder.resolve("served");
    assertThat(CommandRun.of("convert", DEMO, served).err()).isEmpty();
    assertThat(served.resolve("1").resolve("saved_model.pb")).exists();
    Path back = folder.resolve("back.pt");
    CommandRun converted = CommandRun.of("convert", served, back);
    assertThat(converted.err()).isEmpty();
    assertSameTensors(back, DEMO);
  }

  @Test
  void aBasePathGetsANewVersionAndAVersionIsReplacedByForceOnly() {
    Path served = folder.resolve("served");
    CommandRun.of("convert", DEMO, served);
    assertThat(CommandRun.of("convert", DEMO, served).status()).isEqualTo(ExitStatus.DONE);
    assertThat(served.resolve("2").resolve("saved_model.pb")).exists();
    CommandRun again = CommandRun.of("convert", DEMO, served.resolve("2"), "--format=saved-model");
    assertThat(again.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(again.err()).contains("exists", "--force");
    assertThat(CommandRun.of("convert", DEMO, served.resolve("2"), "--serve-raw", "--force").err())
        .isEmpty();
  }

  @Test
  void aVersionMayBeAskedFor() throws IOException {
    Path served = folder.resolve("served");
    Path first = CommandRun.testdata("resnet/shortcut-b.pt");
    CommandRun.of("convert", first, served);
    CommandRun.of("convert", DEMO, served);
    Path back = folder.resolve("back.pt");
    assertThat(CommandRun.of("convert --model-version 1", served, back).err()).isEmpty();
    assertSameTensors(back, first);

    assertThat(CommandRun.of("inspect --model-version 1", served).out())
        .startsWith(served.resolve("1") + ": saved-model\n");
    HessianReport report = analyze(served, folder.resolve("out"), "--model-version", "1");
    assertThat(report.model().source()).isEqualTo(served.resolve("1").toString());
    assertThat(report.model().architecture()).isEqualTo("ResNet8 (width 2, shortcut B)");
  }

  @Test
  void aVersionThatIsNotThereIsRefused() {
    Path served = folder.resolve("served");
    CommandRun.of("convert", DEMO, served);
    CommandRun.of("convert", DEMO, served.resolve("0007"), "--format", "saved-model");
    assertThat(CommandRun.of("inspect --model-version 3", served))
        .isEqualTo(
            new CommandRun(
                ExitStatus.BAD_INPUT,
                "",
                "hesse: %s has no version 3. Take one of its versions: [1, 7].%n"
                    .formatted(served)));
    assertThat(CommandRun.of("convert --model-version 1", DEMO, folder.resolve("a.npz")).err())
        .isEqualTo(
            "hesse: %s has no versions, which are numbered folders with saved_model.pb."
                    .formatted(DEMO)
                + " Leave the version out, or give the folder with the versions.\n");
  }

  @Test
  void aSavedModelOfASavedModelTakesTheSameImages() throws IOException {
    Path first = folder.resolve("first");
    CommandRun.of("convert --serve-raw --mean 0.1,0.2,0.3 --std 0.4,0.5,0.6", DEMO, first);
    Path second = folder.resolve("second");
    assertThat(CommandRun.of("convert", first, second).err()).isEmpty();
    assertThat(images(second)).isEqualTo(images(first)).contains("\"raw\":true", "[0.1,0.2,0.3]");
    Path third = folder.resolve("third");
    assertThat(CommandRun.of("convert --std 1,2,3", second, third).err()).isEmpty();
    assertThat(images(third))
        .isEqualTo("{\"raw\":true,\"mean\":[0.1,0.2,0.3],\"std\":[1.0,2.0,3.0]}");

    Path floats = folder.resolve("floats");
    CommandRun.of("convert --mean 0.1,0.2,0.3", DEMO, floats);
    Path raw = folder.resolve("raw");
    CommandRun.of("convert --serve-raw", floats, raw);
    assertThat(images(raw)).isEqualTo(images(floats).replace("false", "true"));
  }

  /** What the first version says about its images. */
  private static String images(Path served) throws IOException {
    String text = Files.readString(served.resolve("1/assets.extra/hesse.json"));
    return text.replaceAll("\\s", "").replaceFirst(".*\"images\":(\\{.*?\\}).*", "$1");
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    Path served = folder.resolve("served");
    CommandRun run = CommandRun.of("convert", CommandRun.testdata("checkpoints/views.pt"), served);
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err()).hasLineCount(1).contains("does not fit");
    assertThat(served).doesNotExist();
  }

  @Test
  void optionsOfANetworkAreForSavedModels() {
    CommandRun run = CommandRun.of("convert", DEMO, folder.resolve("a.npz"), "--serve-raw");
    assertThat(run)
        .isEqualTo(
            new CommandRun(
                ExitStatus.WRONG_USAGE,
                "",
                "hesse: --serve-raw is given for a npz. Leave it out: it is for SavedModels.\n"));
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"net.safetensors", "net.npz", "net.ckpt", "net.pth", "served"})
  void everyConversionGivesTheSameReport(String name) throws IOException {
    Path target = folder.resolve(name);
    assertThat(CommandRun.of("convert", DEMO, target).err()).isEmpty();
    HessianReport expected = analyze(DEMO, folder.resolve("expected"));
    HessianReport report = analyze(target, folder.resolve("actual"));
    // The same weights in the same graph on the same threads.
    assertThat(report.loss()).isEqualTo(expected.loss());
    double top = expected.eigenvalues().top().get(0).value();
    assertThat(report.eigenvalues().top().get(0).value())
        // Sums may run in another order: some hundred roundings of 6e-8.
        .isCloseTo(top, within(1e-5 * top));
  }

  private static HessianReport analyze(Path weights, Path out, Object... options)
      throws IOException {
    CommandRun run =
        CommandRun.of(
            "analyze --images DEMO/images.npy --labels DEMO/labels.npy --hessian-batch-size 32"
                + " --only eigenvalues",
            Stream.concat(Stream.of("--resume", weights, "--out", out), Arrays.stream(options))
                .toArray());
    assertThat(run.err()).isEmpty();
    return ReportReader.read(out.resolve("report.json"));
  }
}
