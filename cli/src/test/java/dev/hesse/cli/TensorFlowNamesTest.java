package dev.hesse.cli;

import static dev.hesse.cli.TensorAssertions.assertSameTensors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import dev.hesse.io.tensorbundle.TensorBundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights as TensorFlow's own programs save them. */
class TensorFlowNamesTest {
  private static final Path DEMO = CommandRun.testdata("demo/net.pt");

  /** The network's layers in the order in which a program creates them. */
  private static final List<String> CONVOLUTIONS =
      List.of(
          "conv1",
          "layer1.0.conv1",
          "layer1.0.conv2",
          "layer2.0.downsample.0",
          "layer2.0.conv1",
          "layer2.0.conv2",
          "layer3.0.downsample.0",
          "layer3.0.conv1",
          "layer3.0.conv2");

  @TempDir private Path folder;

  /** The demo network in TensorFlow's axis order, under its own names. */
  private Path variables;

  @BeforeEach
  void export() {
    Path served = folder.resolve("served");
    assertThat(CommandRun.of("convert", DEMO, served).err()).isEmpty();
    variables = served.resolve("1/variables/variables");
  }

  /** The same under names as a TensorFlow 1 Saver gives them. */
  private Path saved() throws IOException {
    List<Object> renamings = new ArrayList<>();
    for (int i = 0; i < CONVOLUTIONS.size(); i++) {
      String layer = CONVOLUTIONS.get(i);
      String norm = layer.replace("downsample.0", "downsample.1").replace("conv", "bn");
      String number = i == 0 ? "" : "_" + i;
      renamings.add("^%s\\.weight=net/conv2d%s/kernel".formatted(layer, number));
      renamings.add("^%s\\.=net/batch_normalization%s/".formatted(norm, number));
    }
    renamings.addAll(
        List.of(
            "^fc.weight=net/dense/kernel",
            "^fc\\.=net/dense/",
            "(batch.*/)weight=$1gamma",
            "(batch.*/)bias=$1beta",
            "running_mean=moving_mean",
            "running_var=moving_variance"));
    List<Object> arguments = new ArrayList<>(List.of(variables, folder.resolve("renamed.ckpt")));
    renamings.forEach(rule -> arguments.addAll(List.of("--rename", rule)));
    assertThat(CommandRun.of("convert", arguments.toArray()).err()).isEmpty();
    Map<String, StoredTensor> tensors =
        new LinkedHashMap<>(Checkpoint.read(folder.resolve("renamed.ckpt")).tensors());
    tensors.put("global_step", new StoredTensor(DType.INT64, new long[0], ByteBuffer.allocate(8)));
    tensors.put("net/conv2d/kernel/Momentum", tensors.get("net/conv2d/kernel"));
    TensorBundle.write(folder.resolve("saved.ckpt"), tensors);
    return folder.resolve("saved.ckpt");
  }

  private String loss(Path weights) {
    CommandRun run =
        CommandRun.of(
            "analyze --images DEMO/images.npy --labels DEMO/labels.npy --sequential"
                + " --hessian-batch-size 20 --only accuracy --json",
            "--out",
            folder.resolve("out"),
            "--resume",
            weights);
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.DONE);
    return run.err() + run.out().lines().filter(l -> l.contains("\"loss\"")).findFirst().orElse("");
  }

  @Test
  void theNetworksOwnNamesNeedNoWord() {
    assertThat(loss(variables)).isEqualTo(loss(DEMO));
  }

  @Test
  void othersAreTakenByTheirNumbersAndTheUserIsTold() throws IOException {
    Path saved = saved();
    assertThat(loss(saved))
        .isEqualTo(
            "hesse: warning: %s has TensorFlow's names, whose numbers say which layer is which."
                    .formatted(saved)
                + " This network pads as PyTorch does, and batch norm's epsilon is 1e-5: see by"
                + " --only accuracy that it is the one that was trained.\n"
                + loss(DEMO));
  }

  @Test
  void aSavedModelOfThemGivesPyTorchsNames() throws IOException {
    Path served = folder.resolve("again");
    CommandRun run = CommandRun.of("convert", saved(), served);
    assertThat(run.out())
        .contains("not kept: ")
        .contains("'global_step'")
        .contains("'net/conv2d/kernel/Momentum'");
    Path back = folder.resolve("back.pt");
    assertThat(CommandRun.of("convert", served, back).err()).isEmpty();
    Map<String, StoredTensor> expected = new LinkedHashMap<>(Checkpoint.read(DEMO).tensors());
    expected.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));
    assertSameTensors(Checkpoint.read(back).tensors(), expected);
  }

  @Test
  void onlyPyTorchsAxisOrderIsMarkedAsThat() throws IOException {
    assertThat(markAfter(DEMO)).isEqualTo("pt");
    assertThat(markAfter(folder.resolve("served"))).isEqualTo("pt");
    assertThat(markAfter(variables)).isEqualTo("none");
    assertThat(markAfter(saved())).isEqualTo("none");
    Path bundle = folder.resolve("demo.ckpt");
    CommandRun.of("convert", DEMO, bundle);
    assertThat(markAfter(bundle)).isEqualTo("pt");
    Path unknown = folder.resolve("unknown.npz");
    CommandRun.of("convert", CommandRun.testdata("checkpoints/views.pt"), unknown);
    assertThat(markAfter(unknown)).isEqualTo("none");

    Path marked = folder.resolve("marked.safetensors");
    Safetensors.write(marked, Checkpoint.read(variables).tensors(), Map.of("format", "tf"));
    assertThat(markAfter(marked)).isEqualTo("tf");
  }

  /** The mark of the axis order in a safetensors file made of a source. */
  private String markAfter(Path source) throws IOException {
    Path target = folder.resolve("target.safetensors");
    assertThat(CommandRun.of("convert --force", source, target).err()).isEmpty();
    return Checkpoint.read(target).metadata().getOrDefault("format", "none");
  }

  @Test
  void namesThatDoNotMapAreOneLine() throws IOException {
    CommandRun run =
        CommandRun.of(
            "convert", saved(), folder.resolve("bad"), "--rename", "net/conv2d/=net/stem/");
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err())
        .hasLineCount(1)
        .contains("no numbers say which comes first, 'net/conv2d_8/kernel' or 'net/stem/kernel'")
        .endsWith("such as layer1.0.conv1.weight, with --rename.\n");
    assertThat(folder.resolve("bad")).doesNotExist();
  }
}
