/** The safetensors format. */
@NullMarked
package dev.hesse.io.safetensors;

import org.jspecify.annotations.NullMarked;
