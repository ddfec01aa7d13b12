package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Trace;
import org.jspecify.annotations.Nullable;

/**
 * What was found of one diagonal block of the matrix.
 *
 * @param name of the layer
 * @param parameters its order
 */
public record BlockResult(
    String name, long parameters, @Nullable Eigenvalues eigenvalues, @Nullable Trace trace) {}
