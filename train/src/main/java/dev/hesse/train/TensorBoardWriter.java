package dev.hesse.train;

import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Writes figures of a training to an event file for TensorBoard, with TensorFlow's summary
 * operations. Values reach the disk when {@link #QUEUE_LENGTH} wait, when {@link #FLUSH_MILLIS}
 * have passed as one is written, and at {@link #flush} and {@link #close}.
 *
 * <p>Every method throws {@link IOException} with the folder and TensorFlow's reason if the file
 * cannot be written.
 *
 * <p>TensorBoard 2 reads scalars ({@code simple_value}) and histograms ({@code histo}) in this form
 * and converts them itself: {@code tensorboard/data_compat.py} in its repository.
 */
public final class TensorBoardWriter implements AutoCloseable {
  public static final int QUEUE_LENGTH = 100;
  public static final int FLUSH_MILLIS = 10_000;

  private final Path folder;
  private final Graph graph = new Graph();
  private final Session session =
      new Session(graph, ConfigProto.newBuilder().putDeviceCount("GPU", 0).build());
  private final Placeholder<TString> text;
  private final Placeholder<TInt64> step;
  private final Placeholder<TFloat64> value;
  private final Op importEvent;
  private final Op writeScalar;
  private final Op writeSummary;
  private final Op flush;
  private final Op closeFile;

  /**
   * Begins a new event file. TensorBoard passes over all that earlier files of the folder hold.
   *
   * @param folder made if it is not there
   */
  public TensorBoardWriter(Path folder) throws IOException {
    this.folder = folder;
    Ops tf = Ops.create(graph);
    text = tf.placeholder(TString.class);
    step = tf.placeholder(TInt64.class);
    value = tf.placeholder(TFloat64.class);
    Operand<? extends TType> writer = tf.summary.summaryWriter();
    importEvent = tf.summary.importEvent(writer, text);
    writeScalar = tf.summary.writeScalarSummary(writer, step, text, value);
    writeSummary = tf.summary.writeRawProtoSummary(writer, step, text);
    flush = tf.summary.flushSummaryWriter(writer);
    closeFile = tf.summary.closeSummaryWriter(writer);
    boolean begun = false;
    try {
      begin(tf, writer);
      begun = true;
    } finally {
      if (!begun) {
        session.close();
        graph.close();
      }
    }
  }

  private void begin(Ops tf, Operand<? extends TType> writer) throws IOException {
    Files.createDirectories(folder);
    run(
        session
            .runner()
            .addTarget(
                tf.summary.createSummaryFileWriter(
                    writer,
                    tf.constant(folder.toAbsolutePath().toString()),
                    tf.constant(QUEUE_LENGTH),
                    tf.constant(FLUSH_MILLIS),
                    tf.constant("v2"))));
    Event start =
        Event.newBuilder()
            .setWallTime(System.currentTimeMillis() * 1e-3)
            .setStep(0)
            .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START))
            .build();
    try (TString event = bytes(start)) {
      run(session.runner().feed(text, event).addTarget(importEvent));
    }
    flush();
  }

  /**
   * Writes a number, which TensorFlow stores as float32.
   *
   * @param tag such as {@code loss/train}; what precedes the slash groups plots
   */
  public void scalar(String tag, long step, double value) throws IOException {
    try (TString name = TString.scalarOf(tag);
        TInt64 at = TInt64.scalarOf(step);
        TFloat64 number = TFloat64.scalarOf(value)) {
      run(
          session
              .runner()
              .feed(text, name)
              .feed(this.step, at)
              .feed(this.value, number)
              .addTarget(writeScalar));
    }
  }

  /**
   * Writes a spectral density as a histogram with a bucket for each node, whose weight is its
   * count.
   *
   * @param nodes in any order, such as those of all runs of stochastic Lanczos quadrature
   * @param weights of the nodes
   * @throws IllegalArgumentException if the lengths differ, a node is not finite, a weight is
   *     negative or not finite, or no weight is positive
   */
  public void density(String tag, long step, double[] nodes, double[] weights) throws IOException {
    Summary summary =
        Summary.newBuilder()
            .addValue(
                Summary.Value.newBuilder()
                    .setTag(tag)
                    .setHisto(DensityHistogram.of(nodes, weights)))
            .build();
    try (TString proto = bytes(summary);
        TInt64 at = TInt64.scalarOf(step)) {
      run(session.runner().feed(text, proto).feed(this.step, at).addTarget(writeSummary));
    }
  }

  /** Puts what was written so far on the disk. */
  public void flush() throws IOException {
    run(session.runner().addTarget(flush));
  }

  @Override
  public void close() throws IOException {
    try (graph;
        session) {
      try {
        flush();
      } finally {
        run(session.runner().addTarget(closeFile));
      }
    }
  }

  private static TString bytes(Message message) {
    return TString.tensorOfBytes(NdArrays.scalarOfObject(message.toByteArray()));
  }

  private void run(Session.Runner runner) throws IOException {
    try {
      runner.run().close();
    } catch (TensorFlowException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      FileSystemException failure =
          new FileSystemException(
              folder.toString(), null, "event file cannot be written: " + reason);
      failure.initCause(e);
      throw failure;
    }
  }
}
