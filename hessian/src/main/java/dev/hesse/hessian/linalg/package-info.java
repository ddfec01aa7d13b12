/**
 * Estimators of spectra and traces over products with a symmetric matrix. Pure linear algebra:
 * nothing here knows TensorFlow.
 *
 * <p>{@link dev.hesse.hessian.linalg.LanczosEigensolver} finds eigenpairs at both ends and {@link
 * dev.hesse.hessian.linalg.SpectralDensity} the density, both from a {@link
 * dev.hesse.hessian.linalg.Lanczos} space that they share, so that neither repeats the other's
 * products. {@link dev.hesse.hessian.linalg.HutchinsonTrace} estimates the trace, of diagonal
 * blocks too. {@link dev.hesse.hessian.linalg.PowerIteration}, {@link
 * dev.hesse.hessian.linalg.XTrace} and {@link dev.hesse.hessian.linalg.HutchPlusPlus} are there for
 * comparison, and {@link dev.hesse.hessian.linalg.ChebyshevDensity} for densities that are too fine
 * for the memory of a Krylov basis.
 *
 * <p>Every estimator takes options with named defaults and a seed or a space made from one, and
 * returns a record of values with their error, why it stopped, and how many products it made. Not
 * converging is a {@link dev.hesse.hessian.linalg.Status}; an exception means misuse ({@link
 * IllegalArgumentException}, {@link IllegalStateException}), a product with NaN or infinite entries
 * ({@link dev.hesse.hessian.linalg.NumericalException}), or a {@link
 * dev.hesse.hessian.linalg.Progress} that cancels.
 */
@NullMarked
package dev.hesse.hessian.linalg;

import org.jspecify.annotations.NullMarked;
