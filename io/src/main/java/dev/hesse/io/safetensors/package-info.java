/**
 * The safetensors format, read more strictly than its specification asks: element types, shapes and
 * offsets must agree exactly, and the tensors must cover the file without gap or overlap.
 */
@NullMarked
package dev.hesse.io.safetensors;

import org.jspecify.annotations.NullMarked;
