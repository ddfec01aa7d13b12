package dev.hesse.hessian.linalg;

import java.util.function.Supplier;

/**
 * An approximate eigenvalue λ with unit vector v.
 *
 * @param value λ
 * @param residual an upper bound or estimate of ‖Av − λv‖; an exact eigenvalue of A lies within it
 * @param bound on the distance of λ to an eigenvalue of A: at most the residual, and far less where
 *     the next eigenvalue is far, as {@link Criterion} says
 * @param converged whether the solver's stopping rule holds for this pair
 * @param vector computes v, of unit norm, and with it keeps the solver's basis in memory
 */
public record Eigenpair(
    double value, double residual, double bound, boolean converged, Supplier<double[]> vector) {}
