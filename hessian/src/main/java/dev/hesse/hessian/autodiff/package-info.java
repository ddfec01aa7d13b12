/**
 * Differentiation of TensorFlow graphs: reverse once for the gradient ({@link
 * dev.hesse.hessian.autodiff.Gradient}), then forward over the gradient's own graph for its
 * directional derivative ({@link dev.hesse.hessian.autodiff.Tangent}), which is Pearlmutter's
 * R-operator (<i>Fast exact multiplication by the Hessian</i>, Neural Computation 6, 1994).
 *
 * <p>What a type of operation contributes to either walk is its {@link
 * dev.hesse.hessian.autodiff.DerivativeRule}; {@link dev.hesse.hessian.autodiff.DerivativeRules}
 * lists them.
 */
@NullMarked
package dev.hesse.hessian.autodiff;

import org.jspecify.annotations.NullMarked;
