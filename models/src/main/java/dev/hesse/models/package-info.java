/** Placeholder. */
@NullMarked
package dev.hesse.models;

import org.jspecify.annotations.NullMarked;
