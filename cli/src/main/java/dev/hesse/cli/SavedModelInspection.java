package dev.hesse.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hesse.hessian.autodiff.DerivativeRules;
import dev.hesse.io.BadInputException;
import dev.hesse.models.savedmodel.DeclaredShape;
import dev.hesse.models.savedmodel.ModelContents;
import dev.hesse.models.savedmodel.ModelContents.Node;
import dev.hesse.models.savedmodel.ModelContents.Signature;
import dev.hesse.models.savedmodel.ModelContents.Tensor;
import dev.hesse.models.savedmodel.ModelContents.Variable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What {@code inspect} says of a SavedModel's graph.
 *
 * @param listNodes whether every node is listed, by whose names {@code analyze} takes outputs
 */
record SavedModelInspection(ModelContents contents, boolean listNodes) {
  /** Which a graph does not have any more when it is differentiated. */
  private static final Pattern WRITTEN_OUT =
      Pattern.compile(
          "VarHandleOp|ReadVariableOp|Variable|VariableV2|ResourceGather|VariableShape"
              + "|LookupTableFind(V2)?|HashTable(V2)?|(Stateless)?(If|Case|While)|Switch|Merge"
              + "|Enter|Exit|NextIteration|LoopCond|TensorList.*|EmptyTensorList|TensorArray.*V3");

  /**
   * A type of operation.
   *
   * @param afterVariable whether derivatives would go through one of them
   */
  private record Operation(String type, int count, boolean afterVariable) {
    boolean isWrittenOut() {
      return WRITTEN_OUT.matcher(type).matches();
    }

    boolean hasRule() {
      return isWrittenOut() || DerivativeRules.supportedOperations().contains(type);
    }

    String remark() {
      if (hasRule()) {
        return isWrittenOut() ? "written out" : "rule";
      }
      return afterVariable ? "no rule" : "no rule, none needed";
    }
  }

  private List<Operation> operations() {
    Map<String, List<Node>> byType = new TreeMap<>();
    contents
        .nodes()
        .forEach(node -> byType.computeIfAbsent(node.type(), t -> new ArrayList<>()).add(node));
    return byType.entrySet().stream()
        .map(
            entry ->
                new Operation(
                    entry.getKey(),
                    entry.getValue().size(),
                    entry.getValue().stream().anyMatch(Node::afterVariable)))
        .toList();
  }

  /** For people. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append("tags: ").append(String.join(", ", contents.tags())).append('\n');
    for (Signature signature : contents.signatures()) {
      row(text, "%nsignature %s%s%n", printable(signature.name()), method(signature));
      tensors(text, "input", signature.inputs());
      tensors(text, "output", signature.outputs());
    }
    if (contents.signatures().isEmpty()) {
      text.append("\nno signatures: name tensors with --input and --output\n");
    }
    row(
        text,
        "%n%d variables; trainable are %s%n",
        contents.variables().size(),
        contents.parameterRule());
    for (Variable variable : contents.variables()) {
      row(
          text,
          "  %s  %s %s%s%s%n",
          whole(variable.name()),
          variable.dtype(),
          variable.shape(),
          variable.trainable() ? "  trainable" : "",
          variable.key().equals(variable.name()) ? "" : "  key " + printable(variable.key()));
    }
    row(text, "%n%,d nodes, functions written out%n", contents.nodes().size());
    for (Operation operation : operations()) {
      row(
          text,
          "  %-32s %,7d  %s%n",
          printable(operation.type()),
          operation.count(),
          operation.remark());
    }
    if (listNodes) {
      text.append('\n');
      for (Node node : contents.nodes()) {
        row(text, "  %s  %s%n", whole(node.name()), printable(node.type()));
      }
    }
    return text.toString();
  }

  private static String method(Signature signature) {
    return signature.method().isEmpty() ? "" : ": " + printable(signature.method());
  }

  private static void tensors(StringBuilder text, String kind, Map<String, Tensor> tensors) {
    tensors.forEach(
        (name, tensor) ->
            row(
                text,
                "  %-6s %s  %s %s  %s%n",
                kind,
                printable(name),
                tensor.dtype(),
                tensor.shape(),
                whole(tensor.name())));
  }

  private static void row(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments));
  }

  /** A name that is there to be copied, however long. */
  private static String whole(String untrusted) {
    String quoted = BadInputException.quote(untrusted, Integer.MAX_VALUE);
    return quoted.substring(1, quoted.length() - 1);
  }

  private static String printable(String untrusted) {
    return InspectCommand.printable(untrusted);
  }

  /** The same as members of a JSON object that is under way. */
  void write(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("tags");
    for (String tag : contents.tags()) {
      json.writeString(tag);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("signatures");
    for (Signature signature : contents.signatures()) {
      json.writeStartObject();
      json.writeStringField("name", signature.name());
      json.writeStringField("method", signature.method());
      write(json, "inputs", signature.inputs());
      write(json, "outputs", signature.outputs());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("parameterRule", contents.parameterRule());
    json.writeArrayFieldStart("variables");
    for (Variable variable : contents.variables()) {
      json.writeStartObject();
      json.writeStringField("name", variable.name());
      json.writeStringField("key", variable.key());
      json.writeStringField("dtype", variable.dtype());
      shape(json, variable.shape());
      json.writeBooleanField("trainable", variable.trainable());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("operations");
    for (Operation operation : operations()) {
      json.writeStartObject();
      json.writeStringField("type", operation.type());
      json.writeNumberField("count", operation.count());
      json.writeBooleanField("rule", operation.hasRule());
      json.writeBooleanField("afterVariable", operation.afterVariable());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (listNodes) {
      json.writeArrayFieldStart("nodes");
      for (Node node : contents.nodes()) {
        json.writeStartObject();
        json.writeStringField("name", node.name());
        json.writeStringField("type", node.type());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static void write(JsonGenerator json, String member, Map<String, Tensor> tensors)
      throws IOException {
    json.writeArrayFieldStart(member);
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      json.writeStartObject();
      json.writeStringField("name", entry.getKey());
      json.writeStringField("tensor", entry.getValue().name());
      json.writeStringField("dtype", entry.getValue().dtype());
      shape(json, entry.getValue().shape());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Null where not even the number of dimensions is known, −1 for an open one. */
  private static void shape(JsonGenerator json, DeclaredShape shape) throws IOException {
    if (shape.dimensions().isEmpty()) {
      json.writeNullField("shape");
    } else {
      json.writeFieldName("shape");
      long[] sizes = shape.dimensions().get().stream().mapToLong(Long::longValue).toArray();
      json.writeArray(sizes, 0, sizes.length);
    }
  }
}
