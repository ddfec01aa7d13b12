/**
 * PyTorch checkpoints, zip and legacy: an allow-list unpickler that builds inert values and runs
 * nothing.
 */
@NullMarked
package dev.hesse.io.pytorch;

import org.jspecify.annotations.NullMarked;
