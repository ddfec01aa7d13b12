package dev.hesse.benchmarks;

import java.util.Locale;
import java.util.stream.IntStream;

/** Panels of relative errors against products, both logarithmic, as one SVG. */
final class ErrorCurves {
  private static final int SIZE = 260;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final int GAP = 50;
  private static final double LEAST = 1e-9;

  private final int[] products;
  private final StringBuilder body = new StringBuilder();
  private int panels;

  ErrorCurves(int[] products) {
    this.products = products;
  }

  /** Adds a panel with two curves; errors below 1e-9 are drawn there. */
  void panel(String title, double[] ours, double[] theirs) {
    int x = LEFT + panels * (SIZE + LEFT);
    panels++;
    int high = exponent(Math.max(most(ours), most(theirs))) + 1;
    int low = exponent(Math.min(least(ours), least(theirs)));
    add(
        "<rect x='%d' y='%d' width='%d' height='%d' fill='none' stroke='#888'/>%n",
        x, TOP, SIZE, SIZE);
    add("<text x='%d' y='%d'>%s</text>%n", x, TOP - 12, title);
    for (int e = low; e <= high; e++) {
      double y = y(Math.pow(10, e), low, high);
      add("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>%n", x, x + SIZE, y, y);
      add("<text x='%d' y='%.1f' text-anchor='end'>1e%d</text>%n", x - 4, y + 4, e);
    }
    for (int i = 0; i < products.length; i += 2) {
      add(
          "<text x='%.1f' y='%d' text-anchor='middle'>%d</text>%n",
          x(i, x), TOP + SIZE + 16, products[i]);
    }
    add(
        "<text x='%d' y='%d' text-anchor='middle'>products</text>%n",
        x + SIZE / 2, TOP + SIZE + 34);
    curve(ours, x, low, high, "#005a9c", "Hesse", 18);
    curve(theirs, x, low, high, "#c0504d", "PyHessian's procedure", 36);
  }

  private void curve(
      double[] errors, int x, int low, int high, String color, String name, int below) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < errors.length; i++) {
      points.append(format("%.1f,%.1f ", x(i, x), y(errors[i], low, high)));
    }
    add("<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>%n", points, color);
    if (panels == 1) {
      add("<text x='%d' y='%d' fill='%s'>%s</text>%n", x + 8, TOP + SIZE - 52 + below, color, name);
    }
  }

  String svg() {
    return format(
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
                + " font-size='12'>%n<rect width='100%%' height='100%%' fill='white'/>%n",
            panels * (SIZE + LEFT) + LEFT / 2, TOP + SIZE + GAP)
        + body
        + "</svg>\n";
  }

  private double x(int i, int left) {
    double first = Math.log(products[0]);
    double last = Math.log(products[products.length - 1]);
    return left + SIZE * (0.04 + 0.92 * (Math.log(products[i]) - first) / (last - first));
  }

  private static double y(double error, int low, int high) {
    double exponent = Math.log10(Math.max(error, LEAST));
    return TOP + SIZE * (high - exponent) / (high - low);
  }

  private static int exponent(double error) {
    return (int) Math.floor(Math.log10(Math.max(error, LEAST)));
  }

  private static double most(double[] errors) {
    return IntStream.range(0, errors.length).mapToDouble(i -> errors[i]).max().orElse(1);
  }

  private static double least(double[] errors) {
    return IntStream.range(0, errors.length).mapToDouble(i -> errors[i]).min().orElse(LEAST);
  }

  private void add(String format, Object... arguments) {
    body.append(format(format, arguments));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
