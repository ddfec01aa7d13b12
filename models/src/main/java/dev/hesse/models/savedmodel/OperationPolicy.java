package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * What a stranger's graph may do when it is run: compute from its inputs and variables, no more. An
 * operation runs only if it is listed, in {@code operations.txt}. Not listed is what reaches files,
 * processes, devices, code or state, what decodes files' formats, and what few models have.
 */
final class OperationPolicy {
  private static final Set<String> LISTED = listed();

  /** Those listed that TensorFlow declares stateful: variables, and what is not the same twice. */
  static final Set<String> STATEFUL =
      Set.of(
          "VarHandleOp",
          "ReadVariableOp",
          "CheckNumerics",
          "CheckNumericsV2",
          "Multinomial",
          "ParameterizedTruncatedNormal",
          "RandomGamma",
          "RandomPoissonV2",
          "RandomShuffle",
          "RandomStandardNormal",
          "RandomUniform",
          "RandomUniformInt",
          "StatelessRandomGetAlg",
          "TruncatedNormal");

  private static final Set<String> CONTROL_FLOW =
      Set.of(
          "If",
          "StatelessIf",
          "Case",
          "StatelessCase",
          "While",
          "StatelessWhile",
          "Switch",
          "Merge",
          "Enter",
          "Exit",
          "NextIteration",
          "LoopCond",
          "For");
  private static final String BATCH_NORM = "FusedBatchNorm";

  private OperationPolicy() {}

  private static Set<String> listed() {
    try (InputStream in =
        Objects.requireNonNull(OperationPolicy.class.getResourceAsStream("operations.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The types of operations that may run. */
  static Set<String> allowed() {
    return LISTED;
  }

  /** Whether a type of operation may run, and does nothing but compute from its inputs. */
  static boolean isPure(String type) {
    return LISTED.contains(type) && !STATEFUL.contains(type);
  }

  /**
   * Checks the nodes that will be run.
   *
   * @throws BadInputException naming the first that is refused
   */
  static void check(FlatGraph graph, OperationOutputs operations) {
    for (NodeDef node : graph.nodes().values()) {
      String type = node.getOp();
      if (CONTROL_FLOW.contains(type)) {
        throw refused(
            node, "decides while it runs", "Export the model with its branches and loops unrolled");
      }
      if (!operations.has(type)) {
        throw refused(node, "is not TensorFlow's", "Export the model without custom operations");
      }
      require(node);
      if (type.startsWith(BATCH_NORM)
          && node.getAttrOrDefault("is_training", AttrValue.newBuilder().setB(true).build())
              .getB()) {
        throw refused(
            node,
            "normalises by the batch's statistics, as in training",
            "Export the model for inference");
      }
    }
  }

  /**
   * Checks that a node may run.
   *
   * @throws BadInputException naming it
   */
  static void require(NodeDef node) {
    if (!LISTED.contains(node.getOp())) {
      throw refused(
          node,
          "is none of the computations that a stranger's model may run",
          "Feed a tensor behind it, or name outputs that do not need it");
    }
  }

  private static BadInputException refused(NodeDef node, String why, String remedy) {
    return new BadInputException(
        "%s node %s %s"
            .formatted(printable(node.getOp()), BadInputException.quote(node.getName()), why),
        remedy);
  }

  private static String printable(String type) {
    return type.matches("\\w{1,80}") ? type : BadInputException.quote(type);
  }
}
