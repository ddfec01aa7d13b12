package dev.hesse.plot;

import dev.hesse.io.report.HessianReport;

/**
 * One of several reports.
 *
 * @param name what tells it from the others, such as a part of its path
 */
public record ComparedReport(String name, HessianReport report) {}
