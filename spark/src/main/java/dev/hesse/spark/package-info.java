/**
 * The curvature of a loss over data that is spread over the executors of an Apache Spark cluster,
 * as an operator that every estimator takes. Examples are cut into mini-batches exactly as in one
 * process; these are dealt to parts, each of which is an operator of its own on an executor that
 * reads its examples itself, and keeps graph, session and values between products. A product sends
 * vectors out by broadcast and sums what comes back in double, in an order that depends on the
 * number of parts alone.
 */
@NullMarked
package dev.hesse.spark;

import org.jspecify.annotations.NullMarked;
