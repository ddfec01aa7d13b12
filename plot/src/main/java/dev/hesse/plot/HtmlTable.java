package dev.hesse.plot;

/** A table under a heading, row by row. */
final class HtmlTable {
  private final StringBuilder html = new StringBuilder();

  /**
   * Starts a table.
   *
   * @param columns heads of the columns; none for a table of names and values
   */
  HtmlTable(String heading, String... columns) {
    html.append("<h2>").append(Markup.escape(heading)).append("</h2>\n<table>\n");
    if (columns.length > 0) {
      html.append("<tr>");
      for (String column : columns) {
        html.append("<th>").append(Markup.escape(column)).append("</th>");
      }
      html.append("</tr>\n");
    }
  }

  HtmlTable row(String name, String value) {
    return row(name, Label.of(value));
  }

  HtmlTable row(String name, Label... values) {
    html.append("<tr><th>").append(Markup.escape(name)).append("</th>");
    for (Label value : values) {
      html.append("<td>").append(Markup.html(value)).append("</td>");
    }
    html.append("</tr>\n");
    return this;
  }

  /** The whole table. */
  @Override
  public String toString() {
    return html + "</table>\n";
  }
}
