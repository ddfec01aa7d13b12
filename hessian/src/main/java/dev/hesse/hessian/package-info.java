/**
 * Curvature of a loss: Hessian-vector products compiled into TensorFlow graphs, as a {@link
 * dev.hesse.hessian.linalg.SymmetricOperator} over a dataset. The way there is a short pipeline:
 * {@link dev.hesse.hessian.autodiff.FoldScale}, then {@link dev.hesse.hessian.autodiff.Gradient},
 * then {@link dev.hesse.hessian.autodiff.Tangent} over the gradient's graph, whose primal values
 * are kept per batch.
 */
@NullMarked
package dev.hesse.hessian;

import org.jspecify.annotations.NullMarked;
