package dev.hesse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UsageErrorTest {
  private static final String DEMO =
      "analyze --resume DEMO/net.pt --images DEMO/images.npy --labels DEMO/labels.npy ";

  @TempDir private Path folder;

  private record Numeric(String option, String expected, List<String> bad) {}

  static Stream<Arguments> badNumbers() {
    String word = "ten";
    List<String> never = List.of(word, "-1", "nan", "NaN", "inf", "1e999", "99999999999999999999");
    List<String> zeroToo = Stream.concat(never.stream(), Stream.of("0", "-0")).toList();
    List<String> wholeOnly =
        Stream.concat(zeroToo.stream(), Stream.of("1.5", "1e2", "0x10")).toList();
    String most = " to 100000";
    return Stream.of(
            new Numeric("top-n", "a whole number from 0" + most, List.of(word, "-1", "nan", "2.0")),
            new Numeric("bottom-n", "a whole number from 0" + most, List.of(word, "-1", "nan")),
            new Numeric("max-iter", "a whole number from 1" + most, wholeOnly),
            new Numeric("trace-samples", "a whole number from 2" + most, wholeOnly),
            new Numeric("density-iter", "a whole number from 1" + most, wholeOnly),
            new Numeric("density-runs", "a whole number from 1 to 10000", wholeOnly),
            new Numeric(
                "hessian-batch-size", "a whole number from 1 to 2147483647, or all", wholeOnly),
            new Numeric("mini-hessian-batch-size", "a whole number from 1 to 1048576", wholeOnly),
            new Numeric("seed", "a whole number from 0 to 999999999999999999", List.of(word, "-1")),
            new Numeric("tol", "a number above 0 and below 1", zeroToo),
            new Numeric(
                "memory", "a size such as 800m or 4g", List.of(word, "4", "0g", "-4g", "nang")),
            new Numeric(
                "depth",
                "6n + 2 for a whole n from 1 to 200, such as 20, 32 or 56",
                List.of(word, "0", "2", "-20", "21", "nan")),
            new Numeric("width", "a whole number from 1 to 4096", wholeOnly),
            new Numeric("classes", "a whole number from 2" + most, wholeOnly),
            new Numeric(
                "mean",
                "three numbers, separated by commas",
                List.of("0.5", "1,2", "1,2,nan", "1,,2")),
            new Numeric(
                "std",
                "three positive numbers, separated by commas",
                List.of("0.5", "1,2,0", "1,2,-1", "1,2,3,4", "inf,1,1")))
        .flatMap(o -> o.bad().stream().map(bad -> Arguments.of(o.option(), bad, o.expected())));
  }

  @ParameterizedTest
  @MethodSource("badNumbers")
  void numberWhereItCannotBe(String option, String value, String expected) {
    CommandRun run = CommandRun.of(DEMO + "--" + option, value);
    assertUsageError(run, "--%s is '%s'. Give %s.".formatted(option, value, expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--topn 3|hesse analyze has no option '--topn'. Did you mean --top-n? See hesse analyze --help.",
        "--top 3|hesse analyze has no option '--top'. Did you mean --top-n? See hesse analyze --help.",
        "--gpu|hesse analyze has no option '--gpu'. See hesse analyze --help.",
        "--top-n|--top-n needs a value. Give a whole number from 0 to 100000.",
        "--out|--out needs a value. Give a path.",
        "--out=|--out is ''. Give a path.",
        "--top-n 1 --top-n 2|--top-n is given more than once. Give it once.",
        "--json --json|--json is given more than once. Give it once.",
        "extra|'extra' is one argument too many. See hesse analyze --help.",
        "--only trace,eigen|--only is 'trace,eigen'. Give one or more, separated by commas, of accuracy, eigenvalues, trace, density.",
        "--only trace,|--only is 'trace,'. Give one or more, separated by commas, of accuracy, eigenvalues, trace, density.",
        "--batch-norm yes|--batch-norm is 'yes'. Give true or false.",
        "--batch-norm|--batch-norm needs a value. Give true or false.",
        "--shortcut C|--shortcut is 'C'. Give one of A, B.",
        "--arch vgg|--arch is 'vgg'. Give one of resnet.",
        "--device tpu|--device is 'tpu'. Give one of auto, cpu, gpu.",
        "--method qr|--method is 'qr'. Give one of lanczos, power.",
        "--curvature kfac|--curvature is 'kfac'. Give one of hessian, ggn, fisher, fisher-mc, empirical-fisher, gradient-covariance.",
        "--accuracy 1e-3 --tol 1e-3|--accuracy and --tol are given. Give one of them.",
        "--method power --accuracy 1e-3|--method power stops at a small change, and does not know its error. Use --method lanczos, or --accuracy trace=X.",
        "--method power --criterion norm|--method power stops at a small change. Leave out --criterion.",
        "--trace-samples 5 --trace-method xtrace|--trace-samples is 5. --trace-method xtrace takes at least 6.",
        "--accuracy trace=0.1 --trace-method hutch++|--trace-method hutch++ needs to know its products before the accuracy. Add --trace-samples, or take another method.",
        "--fisher-samples 2 --curvature fisher|--fisher-samples is given without drawn labels. Add --curvature fisher-mc.",
        "--curvature fisher-mc --fisher-samples 0|--fisher-samples is '0'. Give a whole number from 1 to 10000.",
        "--block (|--block is '('. Give a regular expression, or per-layer.",
        "--block fc --only accuracy|--block is given without eigenvalues, trace and density. Add some of them to --only.",
        "--block per-layer --trace-method xtrace|--trace-method xtrace has no traces of parameters. Leave out --block per-layer.",
        "--per-batch --only density|--per-batch is given without eigenvalues and trace. Add one of them to --only.",
        "--per-batch --curvature gradient-covariance|--per-batch is given with the covariance around the mean of all gradients. Use --curvature empirical-fisher.",
        "--spatial-average|--spatial-average is given without --diagonal. Name the diagonal's file.",
        "--diagonal d.npy --only eigenvalues|--diagonal is given without the trace. Add trace to --only.",
        "--diagonal d.npy --trace-method xtrace|--trace-method xtrace estimates no diagonal. Leave out --diagonal or --trace-method.",
        "--diagonal d.npy --block fc|--diagonal is of all parameters. Leave out --block.",
        "--diagonal d.pt|--diagonal d.pt is in no format that is written. Name a file that ends in .npy or .safetensors.",
        "--normalize-by-size --only density|--normalize-by-size is given without the trace. Add trace to --only.",
        "--top-n 0|--top-n 0 and --bottom-n 0 leave no eigenvalue. Ask for some, or leave eigenvalues out of --only.",
        "--by-magnitude --bottom-n 1|--by-magnitude is given with --bottom-n, but takes both ends into --top-n. Leave out one of them.",
        "--by-magnitude --method power|--by-magnitude is given with --method power, which goes by magnitude always. Leave out one of them.",
        "--method power --bottom-n 1|--method power does not find the smallest eigenvalues. Use --method lanczos, or leave out --bottom-n.",
        "--per-layer --only density|--per-layer is given without the trace. Add trace to --only.",
        "--eigenvectors v.npy --only trace|--eigenvectors is given without eigenvalues. Add eigenvalues to --only.",
        "--eigenvectors v.csv|--eigenvectors v.csv is in no format that is written. Name a file that ends in .npy or .safetensors.",
        "--cuda false --device gpu|--cuda false contradicts --device gpu. Leave out one of them.",
        "--cuda true --device cpu|--cuda true contradicts --device cpu. Leave out one of them.",
        "--split test|--split is given with --images. Leave it out: it is for --data-dir.",
        "--data-dir x|--data-dir and --images are both given. Give either --data-dir DIR or --images FILE --labels FILE.",
        "--mean 0,0,0|only one of --mean and --std is given for --images. Give both or none.",
        "--hessian-batch-size 100 --mini-hessian-batch-size 64|--hessian-batch-size 100 is not a multiple of --mini-hessian-batch-size 64. Choose sizes of which one divides the other, or leave out --mini-hessian-batch-size.",
      })
  void wrongOption(String options, String line) {
    assertUsageError(CommandRun.of(DEMO + options), line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "analyse|there is no command 'analyse'. Did you mean hesse analyze? See hesse --help.",
        "--verison|there is no command '--verison'. See hesse --help.",
        "analyze|there is no model to analyze. Name a checkpoint with --resume FILE or a SavedModel with --saved-model DIR.",
        "analyze --resume x|there is no data. Give either --data-dir DIR or --images FILE --labels FILE.",
        "analyze --resume x --images y|--images and --labels go together. Give both.",
        "plot|hesse plot needs REPORT.json. Give it: hesse plot REPORT.json.",
        "overlap a|hesse overlap needs B. Give it: hesse overlap A B.",
        "overlap a b c|'c' is one argument too many. See hesse overlap --help.",
        "plot a --sigma2 0|--sigma2 is '0'. Give a number above 0 and below 1.0E100.",
        "plot a --width 10|--width is '10'. Give a whole number from 300 to 5000.",
        "inspect|hesse inspect needs FILE. Give it: hesse inspect FILE.",
        "convert a|hesse convert needs TARGET. Give it: hesse convert SOURCE TARGET.",
        "convert a b.pt c|'c' is one argument too many. See hesse convert --help.",
        "convert a b --format h5|--format is 'h5'. Give one of pt, safetensors, npz, tf-checkpoint, saved-model.",
        "doctor now|'now' is one argument too many. See hesse doctor --help.",
      })
  void wrongCommand(String arguments, String line) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.WRONG_USAGE, "", "hesse: " + line + "\n"));
  }

  @Test
  void noArgumentsShowHelpOnStandardError() {
    CommandRun run = CommandRun.of(List.of());
    assertThat(run.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo(CommandRun.of("--help").out());
  }

  @Test
  void stackTraceOnlyWhenAskedFor() {
    assertThat(CommandRun.of(DEMO + "--tol 2").err().lines()).hasSize(1);
    assertThat(CommandRun.of(DEMO + "--tol 2 --verbose").err()).contains("\tat dev.hesse.cli");
  }

  private void assertUsageError(CommandRun run, String line) {
    assertThat(run).isEqualTo(new CommandRun(ExitStatus.WRONG_USAGE, "", "hesse: " + line + "\n"));
    assertThat(folder).isEmptyDirectory();
  }
}
