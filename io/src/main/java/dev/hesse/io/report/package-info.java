/**
 * What an analysis found, how a training run went and what a landscape looks like, as records, as
 * JSON, and as a spectral density curve.
 *
 * <p>{@link dev.hesse.io.report.HessianReport}, {@link dev.hesse.io.report.TrainingLog} and {@link
 * dev.hesse.io.report.Landscape} mirror their JSON documents member by member; {@link
 * dev.hesse.io.report.Report} reads any of them. {@link dev.hesse.io.report.DensityCurve} turns the
 * Ritz values that it holds into a curve.
 */
@NullMarked
package dev.hesse.io.report;

import org.jspecify.annotations.NullMarked;
