package dev.hesse.models.savedmodel;

import dev.hesse.io.BadInputException;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * What a stranger's graph may do when it is run: compute from its inputs and variables, no more.
 * Operations that TensorFlow declares stateful are refused, but for variables and random numbers;
 * so are those that reach files, processes or code although they are not declared so.
 */
final class OperationPolicy {
  private static final Set<String> STATEFUL_ALLOWED =
      Set.of(
          "VarHandleOp",
          "ReadVariableOp",
          "RandomUniform",
          "RandomStandardNormal",
          "TruncatedNormal",
          "RandomUniformInt",
          "Multinomial");
  private static final Set<String> REACHING_OUT =
      Set.of(
          "DebugIdentity",
          "DebugIdentityV2",
          "DebugIdentityV3",
          "DebugNanCount",
          "DebugNumericSummary",
          "DebugNumericSummaryV2",
          "DecodeProtoV2",
          "EncodeProto",
          "GenerateVocabRemapping",
          "ImmutableConst",
          "InitializeTableFromTextFile",
          "ReadFile",
          "WriteFile",
          "MatchingFiles",
          "MergeV2Checkpoints",
          "PyFuncStateless",
          "Save",
          "SaveSlices",
          "SaveV2",
          "Restore",
          "RestoreSlice",
          "RestoreV2",
          "ShardedFilename",
          "ShardedFilespec");
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
      if (isRefused(type, operations)) {
        throw refused(
            node,
            "reaches beyond the graph, and the tensors asked for depend on it",
            "Feed a tensor behind it, or name outputs that do not need it");
      }
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

  /** Whether a kind of operation must not be run. */
  static boolean isRefused(String type, OperationOutputs operations) {
    return REACHING_OUT.contains(type)
        || (operations.isStateful(type) && !STATEFUL_ALLOWED.contains(type));
  }

  private static BadInputException refused(NodeDef node, String why, String remedy) {
    return new BadInputException(
        "%s node %s %s".formatted(node.getOp(), BadInputException.quote(node.getName()), why),
        remedy);
  }
}
