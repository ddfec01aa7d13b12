/** Placeholder. */
@NullMarked
package dev.hesse.benchmarks;

import org.jspecify.annotations.NullMarked;
