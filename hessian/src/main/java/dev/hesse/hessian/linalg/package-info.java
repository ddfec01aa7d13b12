/**
 * Estimators of spectra and traces over products with a symmetric matrix. Pure linear algebra:
 * nothing here knows TensorFlow.
 */
@NullMarked
package dev.hesse.hessian.linalg;

import org.jspecify.annotations.NullMarked;
