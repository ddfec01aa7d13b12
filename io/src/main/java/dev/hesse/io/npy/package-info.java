/** NumPy's array format. */
@NullMarked
package dev.hesse.io.npy;

import org.jspecify.annotations.NullMarked;
