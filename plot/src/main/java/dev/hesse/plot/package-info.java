/** Placeholder. */
@NullMarked
package dev.hesse.plot;

import org.jspecify.annotations.NullMarked;
