/** Weights, datasets and reports: everything that is read from or written to files. */
@NullMarked
package dev.hesse.io;

import org.jspecify.annotations.NullMarked;
