package dev.hesse.hessian.linalg;

import java.util.List;

/**
 * An estimated trace with its parts.
 *
 * @param trace the mean of the samples with its standard error
 * @param blocks the same for each diagonal block that was asked for, from the same probes
 * @param samples zᵢᵀAzᵢ in the order of the probes; as many products were made
 * @param status why sampling stopped
 * @param message one line for people: what was reached, and if that falls short, the remedy
 */
public record TraceEstimate(
    Mean trace, List<Mean> blocks, List<Double> samples, Status status, String message) {
  public TraceEstimate {
    blocks = List.copyOf(blocks);
    samples = List.copyOf(samples);
  }
}
