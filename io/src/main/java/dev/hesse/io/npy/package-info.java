/**
 * NumPy's array format. Its header is a Python literal, of which exactly the three fields that the
 * format defines are understood.
 */
@NullMarked
package dev.hesse.io.npy;

import org.jspecify.annotations.NullMarked;
