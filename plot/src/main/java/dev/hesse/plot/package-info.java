/**
 * Figures and pages from a report: the spectral density as SVG and PDF, one HTML page with the
 * figure and the numbers, several reports in one figure, what a training log has over its epochs,
 * and loss landscapes. Needs nothing but the report.
 *
 * <p>Text is measured and, in PDF, set with the typeface that PDFBox brings along, so figures come
 * out the same on a machine without fonts or display.
 *
 * <p>This is the only package that uses JFreeSVG. JFreeSVG is under the GPL, version 3.
 */
@NullMarked
package dev.hesse.plot;

import org.jspecify.annotations.NullMarked;
