package dev.hesse.io.report;

import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Trace;
import org.jspecify.annotations.Nullable;

/**
 * What was found of the matrix of one mini-batch alone.
 *
 * @param first number of its first example in the data's order
 * @param examples how many it has
 */
public record BatchResult(
    long first, long examples, @Nullable Eigenvalues eigenvalues, @Nullable Trace trace) {}
