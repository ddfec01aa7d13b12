package dev.hesse.plot;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.report.HessianReport;
import dev.hesse.io.report.HessianReport.Checks;
import dev.hesse.io.report.HessianReport.Cost;
import dev.hesse.io.report.HessianReport.Data;
import dev.hesse.io.report.HessianReport.Density;
import dev.hesse.io.report.HessianReport.Eigenvalue;
import dev.hesse.io.report.HessianReport.Eigenvalues;
import dev.hesse.io.report.HessianReport.Layer;
import dev.hesse.io.report.HessianReport.Model;
import dev.hesse.io.report.HessianReport.Tool;
import dev.hesse.io.report.HessianReport.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A report as one HTML file that needs no other: the figure as inline SVG, and the numbers in
 * tables. It has no scripts, and every text that the report brings along is escaped.
 */
public final class HtmlReport {
  private static final int DIGITS = 6;

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>%1$s</title>
      <style>
      body { font: 15px/1.5 Helvetica, Arial, sans-serif; color: #222; background: #fff;
        max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; }
      h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
      svg { width: 100%%; height: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: .2rem 1.5rem .2rem 0; text-align: left; vertical-align: top;
        border-bottom: 1px solid #e4e4e4; overflow-wrap: anywhere; }
      th { font-weight: normal; color: #555; }
      </style>
      </head>
      <body>
      <h1>%1$s</h1>
      """;

  private HtmlReport() {}

  /**
   * Writes the page, whole or not at all. A report without eigenvalues and density has no figure.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(HessianReport report, FigureOptions options, Path target)
      throws IOException {
    String title = Markup.escape(Descriptions.title(report, options));
    StringBuilder html = new StringBuilder(HEAD.formatted(title));
    if (Spectrum.extent(report).getCount() > 0) {
      SpectrumFigure figure = new SpectrumFigure(report, options, new Typeface());
      html.append(SvgImage.element(figure)).append('\n');
    }
    html.append(results(report));
    if (report.eigenvalues() != null) {
      html.append(eigenvalues(report.eigenvalues()));
    }
    if (!report.layers().isEmpty()) {
      html.append(layers(report.layers()));
    }
    html.append(subject(report)).append(cost(report)).append("</body>\n</html>\n");
    byte[] bytes = html.toString().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(target, out -> out.write(bytes));
  }

  private static HtmlTable results(HessianReport report) {
    HtmlTable table = new HtmlTable("Results");
    table.row("Loss", number(report.loss()));
    if (report.accuracy() != null) {
      table.row("Accuracy", Numerals.rounded(100 * report.accuracy(), 4).then(" %"));
    }
    if (report.gradientNorm() != null) {
      table.row("Gradient norm", number(report.gradientNorm()));
    }
    Trace trace = report.trace();
    if (trace != null) {
      String method = " (%s, %d samples)".formatted(trace.method(), trace.samples());
      table.row("Trace", Numerals.withError(trace.value(), trace.standardError()).then(method));
    }
    Density density = report.density();
    if (density != null) {
      table.row(
          density.hasRitzValues()
              ? "Lanczos runs"
              : "Density runs (%s)".formatted(density.method()),
          "%d (%d products)".formatted(density.runs().size(), density.hvps()));
    }
    Checks checks = report.checks();
    if (checks != null) {
      table.row("Gradient deterministic", checks.deterministic() ? "yes" : "no");
      table.row("Asymmetry", Numerals.rounded(checks.symmetry(), 2));
      if (!checks.unusedParameters().isEmpty()) {
        table.row("Unused parameters", String.join(", ", checks.unusedParameters()));
      }
    }
    return table;
  }

  private static HtmlTable eigenvalues(Eigenvalues eigenvalues) {
    String state = eigenvalues.converged() ? "converged" : "not converged";
    HtmlTable table =
        new HtmlTable(
            "Eigenvalues (%s, %s)".formatted(eigenvalues.method(), state), "", "Value", "Residual");
    eigenvalueRows(
        table, eigenvalues.byMagnitude() ? "In magnitude" : "Largest", eigenvalues.top());
    eigenvalueRows(table, "Smallest", eigenvalues.bottom());
    return table;
  }

  private static void eigenvalueRows(HtmlTable table, String end, List<Eigenvalue> eigenvalues) {
    for (int i = 0; i < eigenvalues.size(); i++) {
      Eigenvalue eigenvalue = eigenvalues.get(i);
      table.row(
          end + " " + (i + 1),
          number(eigenvalue.value()),
          Numerals.rounded(eigenvalue.residual(), 2));
    }
  }

  private static HtmlTable layers(List<Layer> layers) {
    HtmlTable table = new HtmlTable("Layers", "Parameter", "Size", "Trace");
    for (Layer layer : layers) {
      double error = layer.standardError() == null ? Double.NaN : layer.standardError();
      table.row(
          layer.name(), Label.of(count(layer.size())), Numerals.withError(layer.trace(), error));
    }
    return table;
  }

  private static HtmlTable subject(HessianReport report) {
    Model model = report.model();
    Data data = report.data();
    HtmlTable table = new HtmlTable("Model and data");
    table.row("Model", model.source()).row("Architecture", model.architecture());
    optionalRow(table, "SHA-256", model.sha256());
    table.row("Parameters", count(model.parameters())).row("Data", data.source());
    optionalRow(table, "Split", data.split());
    return table
        .row("Examples", "%s, %s".formatted(count(data.examples()), data.order()))
        .row("At once", count(data.miniBatch()))
        .row("Seed", Long.toString(report.seed()));
  }

  private static HtmlTable cost(HessianReport report) {
    Cost cost = report.cost();
    Tool tool = report.tool();
    HtmlTable table = new HtmlTable("Cost");
    table.row("Matrix-vector products", count(cost.hvps())).row("Time", seconds(cost.seconds()));
    if (cost.hvpSeconds() != null) {
      table.row("Time of a product", seconds(cost.hvpSeconds()));
    }
    if (cost.forwardSeconds() != null) {
      table.row("Time of the loss", seconds(cost.forwardSeconds()));
    }
    optionalRow(table, "Device", tool.device());
    table.row("Program", tool.name() + " " + tool.version());
    optionalRow(table, "TensorFlow", tool.tensorflow());
    return table.row("Java", tool.java());
  }

  private static void optionalRow(HtmlTable table, String name, @Nullable String value) {
    if (value != null) {
      table.row(name, value);
    }
  }

  private static Label number(double value) {
    return Numerals.rounded(value, DIGITS);
  }

  private static Label seconds(double value) {
    return Numerals.rounded(value, 3).then(" s");
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
