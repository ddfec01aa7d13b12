/**
 * Labelled examples: CIFAR-10 and CIFAR-100 in their binary layout, and NumPy arrays; also where to
 * get some: {@link dev.hesse.io.data.ShapeImages} are drawn, {@link
 * dev.hesse.io.data.Cifar10Archive} is fetched.
 *
 * <p>A {@link dev.hesse.io.data.Dataset} gives examples by their number in the files. Choosing an
 * {@link dev.hesse.io.data.ExampleOrder} and how many makes it a {@link
 * dev.hesse.io.data.BatchSource}, which is what a computation reads, range by range: pixels become
 * floats only for the range that was asked for.
 */
@NullMarked
package dev.hesse.io.data;

import org.jspecify.annotations.NullMarked;
