/** Measurements that others can repeat: speed beside PyTorch, and accuracy beside exact spectra. */
@NullMarked
package dev.hesse.benchmarks;

import org.jspecify.annotations.NullMarked;
