package dev.hesse.spark;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.GraphDef;

/** A model as it travels to executors: its graphs for some batch sizes, and its weights. */
final class ModelDescription implements LossModel, Serializable {
  private static final long serialVersionUID = 1;

  private final HashMap<Integer, Graph> graphs = new HashMap<>();
  private final HashMap<String, double[]> weights;

  private record Variable(String name, ArrayList<Long> shape, boolean trainable)
      implements Serializable {}

  private record Feed(String node, String array) implements Serializable {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Graph(
      byte[] graph,
      int batchSize,
      ArrayList<Feed> feeds,
      @Nullable String outputs,
      @Nullable Loss kind,
      String loss,
      @Nullable String correct,
      ArrayList<Variable> variables,
      Precision precision)
      implements Serializable {

    static Graph of(LossGraph loss) {
      return new Graph(
          loss.graph().toByteArray(),
          loss.batchSize(),
          loss.feeds().stream()
              .map(feed -> new Feed(feed.node(), feed.array()))
              .collect(Collectors.toCollection(ArrayList::new)),
          loss.outputs().orElse(null),
          loss.kind().orElse(null),
          loss.loss(),
          loss.correct().orElse(null),
          loss.variables().stream()
              .map(v -> new Variable(v.name(), new ArrayList<>(v.shape()), v.trainable()))
              .collect(Collectors.toCollection(ArrayList::new)),
          loss.precision());
    }

    LossGraph lossGraph() {
      try {
        return new LossGraph(
            GraphDef.parseFrom(graph),
            batchSize,
            feeds.stream().map(feed -> new LossGraph.Feed(feed.node, feed.array)).toList(),
            Optional.ofNullable(outputs),
            Optional.ofNullable(kind),
            loss,
            Optional.ofNullable(correct),
            lossVariables(),
            Map.of(),
            precision);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a graph changed on its way", e);
      }
    }

    private List<LossGraph.Variable> lossVariables() {
      return variables.stream()
          .map(v -> new LossGraph.Variable(v.name, v.shape, v.trainable))
          .toList();
    }
  }

  private ModelDescription(Map<String, double[]> weights) {
    this.weights = new HashMap<>(weights);
  }

  /** Describes a model for batches of these sizes. */
  static ModelDescription of(LossModel model, Precision precision, Set<Integer> batchSizes) {
    ModelDescription description = new ModelDescription(model.weights());
    batchSizes.forEach(
        size -> description.graphs.put(size, Graph.of(model.lossGraph(size, precision))));
    return description;
  }

  @Override
  public LossGraph lossGraph(int batchSize, Precision precision) {
    Graph graph = graphs.get(batchSize);
    if (graph == null || graph.precision != precision) {
      throw new IllegalArgumentException(
          "expected one of the batch sizes %s, got %d in %s"
              .formatted(graphs.keySet(), batchSize, precision));
    }
    return graph.lossGraph();
  }

  @Override
  public Map<String, double[]> weights() {
    return weights;
  }

  @Override
  public Precision precision() {
    return any().precision;
  }

  @Override
  public ParameterLayout parameters() {
    return any().lossGraph().parameters();
  }

  private Graph any() {
    return graphs.values().iterator().next();
  }
}
