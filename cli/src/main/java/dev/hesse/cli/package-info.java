/** Placeholder. */
@NullMarked
package dev.hesse.cli;

import org.jspecify.annotations.NullMarked;
