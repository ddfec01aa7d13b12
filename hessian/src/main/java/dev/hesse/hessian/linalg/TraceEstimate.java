package dev.hesse.hessian.linalg;

import java.util.List;
import java.util.Optional;

/**
 * An estimated trace with its parts.
 *
 * @param method how it was estimated, such as {@code krylov}
 * @param trace with its standard error
 * @param blocks the same for each diagonal block that was asked for, from the same probes
 * @param diagonal the whole diagonal, if it was asked for, from the same probes
 * @param samples how many quadratic forms were averaged
 * @param products what they cost in products with the whole matrix
 * @param deflated the dimension of the subspace on which the matrix was known
 * @param status why sampling stopped
 * @param message one line for people: what was reached, and if that falls short, the remedy
 */
public record TraceEstimate(
    String method,
    Mean trace,
    List<Mean> blocks,
    Optional<Diagonal> diagonal,
    int samples,
    double products,
    int deflated,
    Status status,
    String message) {
  /** What {@link Progress} hears as the phase in which products go to the trace. */
  public static final String PHASE = "trace";

  public TraceEstimate {
    blocks = List.copyOf(blocks);
  }

  /**
   * An estimated diagonal d.
   *
   * @param values its entries
   * @param standardError √E‖values − d‖²
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
  public record Diagonal(double[] values, double standardError) {}

  /** The same with the products that the space took, which was grown for it alone. */
  public TraceEstimate after(int more) {
    return new TraceEstimate(
        method, trace, blocks, diagonal, samples, products + more, deflated, status, message);
  }
}
