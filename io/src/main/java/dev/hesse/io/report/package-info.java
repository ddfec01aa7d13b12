/**
 * What an analysis found, as records, as JSON, and as a spectral density curve.
 *
 * <p>{@link dev.hesse.io.report.HessianReport} mirrors the JSON document member by member. {@link
 * dev.hesse.io.report.DensityCurve} turns the Ritz values that it holds into a curve.
 */
@NullMarked
package dev.hesse.io.report;

import org.jspecify.annotations.NullMarked;
