package dev.hesse.plot;

import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Lines and regions of equal value on a grid, by marching squares (Lorensen and Cline's marching
 * cubes in two dimensions): values are linear along each side of a cell, and where two opposite
 * corners are above a level, the mean of the four says whether they are joined. A cell with a
 * corner that has no value is left out.
 *
 * @param rows how many points along the first axis
 * @param columns how many along the second, whose index changes fastest
 * @param values NaN for none
 * @param places of the points on the page, by their numbers
 */
record Contours(int rows, int columns, List<Double> values, IntFunction<Point2D> places) {
  private static final int CORNERS = 4;

  /** The part of the grid whose values are at least a level; rows of whole cells are joined. */
  Path2D region(double level) {
    Path2D region = new Path2D.Double();
    for (int row = 0; row + 1 < rows; row++) {
      int from = 0;
      while (from + 1 < columns) {
        int to = from;
        while (to + 1 < columns && isAbove(corners(row, to), level)) {
          to++;
        }
        if (to > from) {
          add(region, strip(row, from, to));
          from = to;
        } else {
          polygons(corners(row, from), level).forEach(polygon -> add(region, polygon));
          from++;
        }
      }
    }
    return region;
  }

  /** The lines along which values are equal to a level, segment by segment. */
  Path2D line(double level) {
    Path2D line = new Path2D.Double();
    for (int row = 0; row + 1 < rows; row++) {
      for (int column = 0; column + 1 < columns; column++) {
        int[] corners = corners(row, column);
        if (!isKnown(corners)) {
          continue;
        }
        List<Point2D> crossings = crossings(corners, level);
        boolean turned =
            crossings.size() == CORNERS && joined(corners, level) != above(corners[0], level);
        for (int i = 0; i < crossings.size(); i += 2) {
          Point2D start = crossings.get(turned ? i + 1 : i);
          Point2D end = crossings.get((turned ? i + 2 : i + 1) % crossings.size());
          line.moveTo(start.getX(), start.getY());
          line.lineTo(end.getX(), end.getY());
        }
      }
    }
    return line;
  }

  private int[] corners(int row, int column) {
    int first = row * columns + column;
    return new int[] {first, first + 1, first + columns + 1, first + columns};
  }

  private boolean isKnown(int[] corners) {
    return Arrays.stream(corners).allMatch(corner -> LossScale.isShown(values.get(corner)));
  }

  private boolean above(int point, double level) {
    return values.get(point) >= level;
  }

  private boolean isAbove(int[] corners, double level) {
    return isKnown(corners) && Arrays.stream(corners).allMatch(c -> above(c, level));
  }

  private boolean joined(int[] corners, double level) {
    return Arrays.stream(corners).mapToDouble(values::get).average().orElse(0) >= level;
  }

  private List<Point2D> crossings(int[] corners, double level) {
    List<Point2D> crossings = new ArrayList<>();
    for (int i = 0; i < CORNERS; i++) {
      int next = corners[(i + 1) % CORNERS];
      if (above(corners[i], level) != above(next, level)) {
        crossings.add(crossing(corners[i], next, level));
      }
    }
    return crossings;
  }

  private Point2D crossing(int from, int to, double level) {
    double part = (level - values.get(from)) / (values.get(to) - values.get(from));
    Point2D a = places.apply(from);
    Point2D b = places.apply(to);
    return new Point2D.Double(
        a.getX() + part * (b.getX() - a.getX()), a.getY() + part * (b.getY() - a.getY()));
  }

  /** The part of a cell that is above, in one piece or two. */
  private List<List<Point2D>> polygons(int[] corners, double level) {
    if (!isKnown(corners)) {
      return List.of();
    }
    List<Point2D> outline = new ArrayList<>();
    for (int i = 0; i < CORNERS; i++) {
      int next = corners[(i + 1) % CORNERS];
      if (above(corners[i], level)) {
        outline.add(places.apply(corners[i]));
      }
      if (above(corners[i], level) != above(next, level)) {
        outline.add(crossing(corners[i], next, level));
      }
    }
    if (outline.size() == 6 && isSaddle(corners, level) && !joined(corners, level)) {
      int start = above(corners[0], level) ? 5 : 0;
      return List.of(
          List.of(outline.get(start), outline.get((start + 1) % 6), outline.get((start + 2) % 6)),
          List.of(
              outline.get((start + 3) % 6),
              outline.get((start + 4) % 6),
              outline.get((start + 5) % 6)));
    }
    return outline.isEmpty() ? List.of() : List.of(outline);
  }

  private boolean isSaddle(int[] corners, double level) {
    return above(corners[0], level) == above(corners[2], level)
        && above(corners[1], level) == above(corners[3], level)
        && above(corners[0], level) != above(corners[1], level);
  }

  private List<Point2D> strip(int row, int from, int to) {
    int first = row * columns;
    return List.of(
        places.apply(first + from),
        places.apply(first + to),
        places.apply(first + columns + to),
        places.apply(first + columns + from));
  }

  private static void add(Path2D region, List<Point2D> polygon) {
    Path2D path = Polyline.path(polygon);
    path.closePath();
    region.append(path, false);
  }
}
