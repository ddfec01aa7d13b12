package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;

/** A line of text, parts of which may be raised or lowered. */
record Label(List<Part> parts) {

  /** Where a part sits. */
  enum Level {
    LINE(1, 0),
    SUPERSCRIPT(0.72, 0.36),
    SUBSCRIPT(0.72, -0.18);

    private final double scale;
    private final double rise;

    Level(double scale, double rise) {
      this.scale = scale;
      this.rise = rise;
    }

    /** Its font size, relative to the line's. */
    double scale() {
      return scale;
    }

    /** How far above the line's its baseline is, relative to the line's font size. */
    double rise() {
      return rise;
    }
  }

  record Part(String text, Level level) {}

  Label {
    parts = List.copyOf(parts);
  }

  static Label of(String text) {
    return new Label(List.of(new Part(text, Level.LINE)));
  }

  Label then(String text) {
    return with(text, Level.LINE);
  }

  Label then(Label label) {
    Label joined = this;
    for (Part part : label.parts) {
      joined = joined.with(part.text(), part.level());
    }
    return joined;
  }

  Label sub(String text) {
    return with(text, Level.SUBSCRIPT);
  }

  Label sup(String text) {
    return with(text, Level.SUPERSCRIPT);
  }

  private Label with(String text, Level level) {
    List<Part> longer = new ArrayList<>(parts);
    Part last = longer.get(longer.size() - 1);
    if (last.level() == level) {
      longer.set(longer.size() - 1, new Part(last.text() + text, level));
    } else {
      longer.add(new Part(text, level));
    }
    return new Label(longer);
  }

  /** The text alone, subscripts after an underscore and superscripts after a circumflex. */
  @Override
  public String toString() {
    StringBuilder plain = new StringBuilder();
    for (Part part : parts) {
      plain.append(
          switch (part.level()) {
            case LINE -> "";
            case SUBSCRIPT -> "_";
            case SUPERSCRIPT -> "^";
          });
      plain.append(part.text());
    }
    return plain.toString();
  }
}
