/** Placeholder. */
@NullMarked
package dev.hesse.hessian;

import org.jspecify.annotations.NullMarked;
