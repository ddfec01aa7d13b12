package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Trace;
import org.jspecify.annotations.Nullable;

/**
 * What was found of one diagonal block of the matrix.
 *
 * @param name of the layer
 * @param parameters its order
 * @param eigenvalues with the shares of the gradient's part in the block
 * @param trace without products of its own where it comes from those of the whole trace
 */
public record BlockResult(
    String name,
    long parameters,
    @Nullable Eigenvalues eigenvalues,
    @Nullable Trace trace,
    @Nullable Density density) {}
