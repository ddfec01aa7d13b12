package dev.hesse.hessian;

import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Session;

/** The kept values of one batch; closing it frees them. */
public final class KeptBatch implements AutoCloseable {
  private final Session session;
  private final List<KeptValues.Kept> values;
  private final Result pass;
  private final int firstHandle;

  KeptBatch(Session session, List<KeptValues.Kept> values, Result pass) {
    this.session = session;
    this.values = values;
    this.pass = pass;
    this.firstHandle = pass.size() - values.size();
  }

  Session.Runner feedTo(Session.Runner runner) {
    for (int i = 0; i < values.size(); i++) {
      runner.feed(values.get(i).handle(), pass.get(firstHandle + i));
    }
    return runner;
  }

  @Override
  public void close() {
    try (pass) {
      Session.Runner runner = feedTo(session.runner());
      values.forEach(value -> runner.addTarget(value.discard()));
      if (!values.isEmpty()) {
        runner.run().close();
      }
    }
  }
}
