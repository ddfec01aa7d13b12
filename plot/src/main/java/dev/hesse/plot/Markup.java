package dev.hesse.plot;

/** Text for XML and HTML. */
final class Markup {
  private Markup() {}

  /** Escapes what would end a text or an attribute, and characters that XML does not allow. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> {
                  boolean allowed =
                      !Character.isISOControl(character)
                          && Character.getType(character) != Character.SURROGATE
                          && (character & 0xfffe) != 0xfffe;
                  escaped.appendCodePoint(allowed ? character : '?');
                }
              }
            });
    return escaped.toString();
  }

  /** A label as HTML. */
  static String html(Label label) {
    StringBuilder html = new StringBuilder();
    for (Label.Part part : label.parts()) {
      String text = escape(part.text());
      html.append(
          switch (part.level()) {
            case LINE -> text;
            case SUPERSCRIPT -> "<sup>" + text + "</sup>";
            case SUBSCRIPT -> "<sub>" + text + "</sub>";
          });
    }
    return html.toString();
  }
}
