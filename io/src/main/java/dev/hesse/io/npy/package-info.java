/**
 * NumPy's formats: npy for one array, npz for several by name. An array's header is a Python
 * literal, of which exactly the three fields that the format defines are understood.
 */
@NullMarked
package dev.hesse.io.npy;

import org.jspecify.annotations.NullMarked;
