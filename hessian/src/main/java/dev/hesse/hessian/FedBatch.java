package dev.hesse.hessian;

import dev.hesse.io.BadInputException;
import dev.hesse.io.data.Batch;
import dev.hesse.models.LossGraph.Feed;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.types.family.TType;

/** A batch as native tensors for the placeholders of a graph. Closing it frees them. */
public final class FedBatch implements AutoCloseable {
  private final List<Output<?>> placeholders = new ArrayList<>();
  private final List<TType> tensors = new ArrayList<>();

  /**
   * Makes the tensors, in the placeholders' shapes and types.
   *
   * @param prefix of the placeholders' node names in the graph
   * @throws BadInputException if an array does not have the placeholder's number of elements, or
   *     elements that its type cannot hold
   */
  public FedBatch(Graph graph, String prefix, List<Feed> feeds, Batch batch) {
    boolean complete = false;
    try {
      for (Feed feed : feeds) {
        Output<?> placeholder = graph.outputOrThrow(prefix + feed.node());
        placeholders.add(placeholder);
        try {
          tensors.add(
              Tensors.of(batch.array(feed.array()), placeholder.dataType(), placeholder.shape()));
        } catch (BadInputException e) {
          throw e.in(feed.array());
        }
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /** Feeds a run. */
  public Session.Runner feedTo(Session.Runner runner) {
    for (int i = 0; i < tensors.size(); i++) {
      runner.feed(placeholders.get(i), tensors.get(i));
    }
    return runner;
  }

  @Override
  public void close() {
    tensors.forEach(TType::close);
  }
}
