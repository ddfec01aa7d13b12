/**
 * What an analysis found and how a training run went, as records, as JSON, and as a spectral
 * density curve.
 *
 * <p>{@link dev.hesse.io.report.HessianReport} and {@link dev.hesse.io.report.TrainingLog} mirror
 * their JSON documents member by member; {@link dev.hesse.io.report.Report} reads either. {@link
 * dev.hesse.io.report.DensityCurve} turns the Ritz values that it holds into a curve.
 */
@NullMarked
package dev.hesse.io.report;

import org.jspecify.annotations.NullMarked;
