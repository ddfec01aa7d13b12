package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

/** The page that lists the operations with rules is what the rules say. */
class OperationsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("hesse.root")).resolve("docs/operations.md");
  private static final String REWRITE = "hesse.rewrite";

  private static final String HEAD =
      """
      # Operations

      Hesse differentiates TensorFlow graphs twice. Every operation through which the loss depends on a parameter has to be
      in this table; all others may be of any kind, such as those that read the input or compute with integers, truth values
      or strings, where derivatives end. An operation that is missing is named in the error, with its node.

      Shapes of differentiated tensors have to be known, and axes, shapes, permutations and paddings to be constants of the
      graph. Every rule is tested in both directions against finite differences in double precision, or, where TensorFlow has
      no kernel for that, against the same function in other operations; and in single precision.

      | kind | operations | limits |
      |---|---|---|
      """;

  private static final Map<String, String> LIMITS =
      Map.ofEntries(
          Map.entry("Choices", "the choice is fixed; where two inputs are equal it is the first"),
          Map.entry(
              "Rounding and other steps",
              "their derivative is zero, and so is that of what follows"),
          Map.entry(
              "Matrix products", "`Einsum` of one or two tensors without repeated labels in one"),
          Map.entry(
              "Convolutions",
              "dilations and groups for `Conv2D`; channels first on the CPU through oneDNN, in single"
                  + " precision. TensorFlow 2.18 itself computes `Conv2D` wrongly there for groups with"
                  + " several input channels and one output channel"),
          Map.entry("Pooling", "what a maximum selects is fixed"),
          Map.entry(
              "Batch norm",
              "with running statistics, or over one example, as Keras' layer norm is; over several"
                  + " examples the gradient alone"),
          Map.entry(
              "Reductions",
              "`Max` and `Min` share the derivative equally between equal elements; `Prod` needs"
                  + " elements other than zero"),
          Map.entry("Running sums and products", "`Cumprod` needs elements other than zero"),
          Map.entry("Shapes", "the gradient stops at `StopGradient`, its derivative does not"),
          Map.entry(
              "Indexed slices",
              "indices are constant; `TensorScatterUpdate` without repeated ones"),
          Map.entry(
              "Losses", "the second output too, which is the slope for targets that sum to one"));

  @Test
  void thePageListsTheRules() throws IOException {
    if (Boolean.getBoolean(REWRITE)) {
      Files.writeString(PAGE, page());
    }
    assertThat(PAGE)
        .as(
            "docs/operations.md is stale; mvn verify -pl hessian -am -Dtest=OperationsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true writes it anew",
            REWRITE)
        .hasContent(page());
  }

  @Test
  void everyLimitIsOfAKind() {
    assertThat(DerivativeRules.kinds().keySet()).containsAll(LIMITS.keySet());
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Map.Entry<String, SortedSet<String>> kind : DerivativeRules.kinds().entrySet()) {
      page.append(
          "| %s | `%s` | %s |%n"
              .formatted(
                  kind.getKey(),
                  String.join("`, `", kind.getValue()),
                  LIMITS.getOrDefault(kind.getKey(), "")));
    }
    return page.toString();
  }
}
