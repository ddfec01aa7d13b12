package dev.hesse.cli;

import static dev.hesse.cli.TensorAssertions.assertSameTensors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertCommandTest {
  private static final Path VIEWS = CommandRun.testdata("checkpoints/views.pt");
  private static final Path TRAINING = CommandRun.testdata("checkpoints/training.pt");

  /** What training.pt holds that is neither weights nor plain scalars. */
  private static final String OMITTED =
      "'best_acc','optimizer','optimizer_adam','scheduler','losses','history','seen','tag','device','dtype','shape','rng'"
          .replace('\'', '"');

  @TempDir private Path folder;

  private Path target(String name) {
    return folder.resolve(name);
  }

  private static CommandRun convert(Path source, Path target, Object... options) {
    return CommandRun.of("convert " + source + " " + target, options);
  }

  private void assertRefused(CommandRun run, ExitStatus status, String line) {
    assertThat(run).isEqualTo(new CommandRun(status, "", "hesse: " + line + "\n"));
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "a.pt, pytorch",
    "a.pth, pytorch",
    "a.th, pytorch",
    "A.PKL, pytorch",
    "a.safetensors, safetensors",
    "a.npz, npz",
    "a.ckpt, tf-checkpoint",
    "new/folder/a.npz, npz",
  })
  void theTargetsNameSaysTheFormat(String name, String format) throws IOException {
    CommandRun run = convert(VIEWS, target(name));
    assertThat(run)
        .isEqualTo(
            new CommandRun(
                ExitStatus.DONE, "%s: %s, 8 tensors, 332 B\n".formatted(target(name), format), ""));
    Checkpoint written = Checkpoint.read(target(name));
    assertThat(written.format().label()).isEqualTo(format);
    assertSameTensors(target(name), VIEWS);
  }

  @Test
  void theOptionSaysTheFormatOfAnyName() throws IOException {
    assertThat(convert(VIEWS, target("weights"), "--format", "npz").status())
        .isEqualTo(ExitStatus.DONE);
    assertThat(Checkpoint.read(target("weights")).format().label()).isEqualTo("npz");
  }

  @Test
  void saysWhatIsNotKept() throws IOException {
    CommandRun run = convert(TRAINING, target("a.npz"));
    assertThat(run.out())
        .isEqualTo(
            "%s: npz, 7 tensors, 72 B%nnot kept: 'epoch', 'arch', 'best_loss', 'resumed', %s%n"
                .formatted(target("a.npz"), OMITTED.replace("\"", "'").replace(",", ", ")));
    assertThat(convert(TRAINING, target("a.safetensors")).out())
        .contains("\nnot kept: 'best_acc', 'optimizer', ")
        .doesNotContain("'epoch'");
    assertThat(Checkpoint.read(target("a.safetensors")).metadata())
        .containsEntry("epoch", "3")
        .containsEntry("arch", "mlp");
    assertThat(convert(target("a.safetensors"), target("a.pt"), "--quiet").out()).isEmpty();
    assertSameTensors(target("a.pt"), TRAINING);
  }

  @Test
  void jsonSaysTheSame() {
    CommandRun run = convert(TRAINING, target("a.pt"), "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.out().replaceAll("\\s", ""))
        .isEqualTo(
            "{'source':'%s','target':'%s','format':'pytorch','tensors':7,'bytes':72,'notKept':['epoch','arch','best_loss','resumed',%s]}"
                .replace('\'', '"')
                .formatted(TRAINING, target("a.pt"), OMITTED));
  }

  @Test
  void everyFormatGivesTheSameLoss() {
    String loss = loss(CommandRun.testdata("demo/net.pt"));
    for (String name : new String[] {"a.pt", "a.safetensors", "a.npz", "a.ckpt"}) {
      convert(CommandRun.testdata("demo/net.pt"), target(name));
      assertThat(loss(target(name))).as(name).isEqualTo(loss);
    }
  }

  private String loss(Path checkpoint) {
    CommandRun run =
        CommandRun.of(
            "analyze --images DEMO/images.npy --labels DEMO/labels.npy --sequential"
                + " --hessian-batch-size 20 --only accuracy --json --out "
                + target("out"),
            "--resume",
            checkpoint);
    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    return run.out().lines().filter(line -> line.contains("\"loss\"")).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"a.pt, a.pt", "a.npz, a.npz", "a.ckpt, a.ckpt.index"})
  void replacesOnlyWhenForced(String name, String file) throws IOException {
    Path written = target(file);
    assertThat(convert(VIEWS, target(name)).status()).isEqualTo(ExitStatus.DONE);
    byte[] before = Files.readAllBytes(written);
    CommandRun refused = convert(TRAINING, target(name));
    assertThat(refused)
        .isEqualTo(
            new CommandRun(
                ExitStatus.WRONG_USAGE,
                "",
                "hesse: %s exists. Name another target, or replace it with --force.%n"
                    .formatted(target(name))));
    assertThat(written).hasBinaryContent(before);
    assertThat(convert(TRAINING, target(name), "--force").status()).isEqualTo(ExitStatus.DONE);
    assertSameTensors(target(name), TRAINING);
  }

  @Test
  void aFileCanReplaceItself() throws IOException {
    Path file = Files.copy(CommandRun.testdata("checkpoints/legacy.pt"), target("a.pt"));
    assertThat(convert(file, file).status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(Checkpoint.read(file).format().label()).isEqualTo("pytorch-legacy");
    assertThat(convert(file, file, "--force").status()).isEqualTo(ExitStatus.DONE);
    assertThat(Checkpoint.read(file).format().label()).isEqualTo("pytorch");
    assertSameTensors(file, VIEWS);
    assertThat(folder.toFile().list()).containsExactly("a.pt");
  }

  @Test
  void badSources() throws IOException {
    Path missing = target("none.pt");
    assertRefused(
        convert(missing, target("new/a.npz")),
        ExitStatus.BAD_INPUT,
        missing + ": there is no such file. Check the path.");
    Path module = CommandRun.testdata("checkpoints/module.pt");
    CommandRun run = convert(module, target("a.npz"));
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .startsWith(
            "hesse: "
                + module
                + ": byte 2 of data.pkl: refers to 'torch.nn.modules.container.Sequential'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void truncatedSources(@TempDir Path sources) throws IOException {
    for (String name : new String[] {"views.pt", "legacy.pt", "arrays.npz"}) {
      byte[] whole = Files.readAllBytes(CommandRun.testdata("checkpoints/" + name));
      Path cut = Files.write(sources.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
      CommandRun run = convert(cut, target("a.safetensors"));
      assertThat(run.status()).as(name).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void whatTheTargetCannotHold(@TempDir Path sources) throws IOException {
    assertRefused(
        convert(CommandRun.testdata("checkpoints/dtypes.pt"), target("new/a.npz")),
        ExitStatus.BAD_INPUT,
        "tensor 'bfloat16' is bfloat16, which NumPy does not have. Choose a format that has it,"
            + " such as safetensors, or convert the tensor to float32 where it was made.");
    StoredTensor tensor = new StoredTensor(DType.INT8, new long[] {1}, ByteBuffer.allocate(1));
    Path source = sources.resolve("a.safetensors");
    Safetensors.write(source, Map.of("../up", tensor), Map.of());
    assertRefused(
        convert(source, target("a.npz")),
        ExitStatus.BAD_INPUT,
        "tensor name '../up' cannot name a file in an npz archive."
            + " Choose another format, such as safetensors, or rename the tensor.");
    Safetensors.write(source, Map.of("", tensor), Map.of());
    assertRefused(
        convert(source, target("a.ckpt")),
        ExitStatus.BAD_INPUT,
        "a tensor has no name, which a TensorFlow checkpoint cannot hold."
            + " Name it, or choose another format, such as safetensors.");
    Safetensors.write(source, Map.of(), Map.of());
    assertRefused(
        convert(source, target("a.pt")),
        ExitStatus.BAD_INPUT,
        source + " holds no tensors. Give a file with weights.");
  }

  @Test
  void badTargets() throws IOException {
    assertRefused(
        convert(VIEWS, target("a.h5")),
        ExitStatus.WRONG_USAGE,
        "the name of %s says no format. Give one with --format, or a name that ends in .pt, .safetensors, .npz or .ckpt."
            .formatted(target("a.h5")));
    assertRefused(
        convert(VIEWS, folder, "--format", "npz", "--force"),
        ExitStatus.WRONG_USAGE,
        folder + " is a folder, and npz is written as a file. Name a file.");
    Path taken = Files.createFile(target("taken"));
    CommandRun run = convert(VIEWS, taken.resolve("a.pt"));
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .startsWith("hesse: TARGET %s: no file can be written there, as ".formatted(taken));
  }
}
