package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.Checkpoint;
import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenamingTest {
  private static final Path DEMO = CommandRun.testdata("demo/net.pt");

  @TempDir private Path folder;

  /** Converts tensors of these names, separated by commas, by rules, separated by spaces. */
  private CommandRun convert(String names, String rules) throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (String name : names.split(",")) {
      byte[] data = {(byte) tensors.size()};
      tensors.put(name, new StoredTensor(DType.INT8, new long[0], ByteBuffer.wrap(data)));
    }
    Safetensors.write(source(), tensors, Map.of());
    List<Object> options = new ArrayList<>(List.of(source(), target()));
    Arrays.stream(rules.split(" ")).forEach(rule -> options.addAll(List.of("--rename", rule)));
    return CommandRun.of("convert", options.toArray());
  }

  private Path source() {
    return folder.resolve("source.safetensors");
  }

  private Path target() {
    return folder.resolve("target.npz");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "module.a,module.b|^module\\.=|a,b",
        "a.1,b.2|(\\w)\\.(\\d)=$2.$1|1.a,2.b",
        "a.1,b.2|(?<name>\\w)\\.\\d=${name}|a,b",
        "aa,ab|a=x|xx,xb",
        "a,ab|^a$=x b$=y|x,ay",
        // In the order given, each to what the one before left.
        "a,b|^a$=ab ab=c|c,b",
        // Two names may change places.
        "a,b|^a$=t ^b$=a ^t$=b|b,a",
        // At the first = alone; what follows it is the replacement.
        "a,b|a=b=c|b=c,b",
        // An escaped = is one of the name, unless the backslash is itself escaped.
        "a=1,b|a\\=(.)=$1|1,b",
        "a\\,b|a\\\\=c|c,b",
        // Look-ahead and look-behind have an = of their own, an escaped parenthesis has none.
        "a1,a2|a(?=1)=b|b1,a2",
        "1a,2a|(?<=1)a=b|1b,2a",
        "(,b|\\(?=c|cc,cbc",
        "a,b|a=\\$|$,b",
        "a,b|a=\"c\"|\"c\",b",
        "\"a,b|\"a=c\"|c\",b",
      })
  void replacesWhatMatches(String names, String rules, String expected) throws IOException {
    CommandRun run = convert(names, rules);
    assertThat(run.err()).isEmpty();
    Map<String, StoredTensor> renamed = Checkpoint.read(target()).tensors();
    assertThat(String.join(",", renamed.keySet())).isEqualTo(expected);
    assertThat(renamed.values())
        .extracting(tensor -> tensor.data().get(0))
        .containsExactly((byte) 0, (byte) 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a|--rename is 'a'. Give REGEX=REPLACEMENT, such as '^module\\.=' or 'conv(\\d+)=convolution$1'.",
        "=a|--rename is '=a'. Give REGEX=REPLACEMENT, such as '^module\\.=' or 'conv(\\d+)=convolution$1'.",
        "a\\=b|--rename is 'a\\=b'. Give REGEX=REPLACEMENT, such as '^module\\.=' or 'conv(\\d+)=convolution$1'.",
        "(?=a|--rename is '(?=a'. Give REGEX=REPLACEMENT, such as '^module\\.=' or 'conv(\\d+)=convolution$1'.",
        "a(=b|--rename 'a(=b': 'a(' is no regular expression: 'Unclosed group' at character 3. Write it as java.util.regex.Pattern says.",
        "*=b|--rename '*=b': '*' is no regular expression: 'Dangling meta character '*'' at character 1. Write it as java.util.regex.Pattern says.",
        "(a)=$2|--rename '(a)=$2': '$2' is no replacement: 'No group 2'. Write groups of the regular expression as $1 or ${name}, and $ itself as \\$.",
        "x=${y}|--rename 'x=${y}': '${y}' is no replacement: 'No group with name {y}'. Write groups of the regular expression as $1 or ${name}, and $ itself as \\$.",
        "x=$|--rename 'x=$': '$' is no replacement: 'Illegal group reference: group index is missing'. Write groups of the regular expression as $1 or ${name}, and $ itself as \\$.",
        "x=\\|--rename 'x=\\': '\\' is no replacement: 'character to be escaped is missing'. Write groups of the regular expression as $1 or ${name}, and $ itself as \\$.",
        "\\d=|--rename gives 'a1' and 'a2' one name, 'a'. Write rules that keep names apart.",
        "1=2|--rename gives 'a1' and 'a2' one name, 'a2'. Write rules that keep names apart.",
        "a1=|--rename makes '' of 'a1'. Write rules that leave a name of printable characters.",
        "1=\u0007x|--rename makes 'a\\u0007x' of 'a1'. Write rules that leave a name of printable characters.",
      })
  void badRulesAreOneLineAndWriteNothing(String rule, String line) throws IOException {
    assertThat(convert("a1,a2", rule))
        .isEqualTo(new CommandRun(ExitStatus.WRONG_USAGE, "", "hesse: " + line + "\n"));
    assertThat(target()).doesNotExist();
  }

  /** It may be for other files of several, or misspelt: the tensors are written, and one line. */
  @Test
  void aRuleThatMatchesNothingIsNamed() throws IOException {
    CommandRun run = convert("a,b", "c=d a=c");
    assertThat(run.err()).isEqualTo("hesse: warning: --rename 'c=d' matches no tensor's name.\n");
    assertThat(Checkpoint.read(target()).tensors()).containsOnlyKeys("c", "b");
  }

  @Test
  void namesOfOtherProgramsFitTheNetwork() throws IOException {
    Path other = folder.resolve("other.npz");
    CommandRun.of(
        "convert", DEMO, other, "--rename", "layer(\\d)\\.=stage_$1/unit_", "--rename=^fc=top");
    assertThat(Checkpoint.read(other).tensors())
        .containsKeys("top.bias", "stage_1/unit_0.conv1.weight");
    assertThat(analyze(other).err()).contains("does not fit");
    assertThat(analyze(other, "--rename", "stage_(\\d)/unit_=layer$1.", "--rename", "^top=fc"))
        .extracting(CommandRun::status, CommandRun::err)
        .containsExactly(ExitStatus.DONE, "");
    assertThat(analyze(other, "--rename", "top=fc", "--rename", "unit=").status())
        .isEqualTo(ExitStatus.BAD_INPUT);
  }

  private CommandRun analyze(Path weights, Object... renamings) {
    List<Object> options =
        new ArrayList<>(List.of("--resume", weights, "--out", folder.resolve("out")));
    options.addAll(List.of(renamings));
    return CommandRun.of(
        "analyze --images DEMO/images.npy --labels DEMO/labels.npy --hessian-batch-size 8"
            + " --only accuracy",
        options.toArray());
  }
}
