package dev.hesse.io.npy;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.StridedLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The header of a npy file: a Python dict literal with exactly the keys {@code descr} (a string),
 * {@code fortran_order} (True or False) and {@code shape} (a tuple of ints). This reads that and
 * nothing else of Python.
 */
final class NpyHeader {
  private final String text;
  private int at;
  private String descr = "";
  private boolean fortranOrder;
  private long[] shape = {};

  private NpyHeader(String text) {
    this.text = text;
  }

  static NpyHeader parse(String text) {
    NpyHeader header = new NpyHeader(text);
    header.readDict();
    return header;
  }

  /** The element type in NumPy's notation, such as {@code <f4}. */
  String descr() {
    return descr;
  }

  boolean fortranOrder() {
    return fortranOrder;
  }

  long[] shape() {
    return shape.clone();
  }

  private void readDict() {
    Set<String> seen = new HashSet<>();
    expect('{');
    while (!accept('}')) {
      String key = readString();
      if (!seen.add(key)) {
        throw damaged("key %s occurs twice in the npy header".formatted(quote(key)));
      }
      expect(':');
      switch (key) {
        case "descr" -> descr = readString();
        case "fortran_order" -> fortranOrder = readBool();
        case "shape" -> shape = readTuple();
        default -> throw damaged("unknown key %s in the npy header".formatted(quote(key)));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (at != text.length() || seen.size() != 3) {
      throw damaged("the npy header is not a dict of descr, fortran_order and shape");
    }
  }

  private String readString() {
    char mark = accept('"') ? '"' : '\'';
    if (mark == '\'') {
      expect('\'');
    }
    int end = text.indexOf(mark, at);
    String value = end < 0 ? "\\" : text.substring(at, end);
    if (value.indexOf('\\') >= 0) {
      throw damaged("an open or escaped string in the npy header");
    }
    at = end + 1;
    return value;
  }

  private boolean readBool() {
    skipSpace();
    for (String word : new String[] {"True", "False"}) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return word.equals("True");
      }
    }
    throw unexpected("True or False");
  }

  private long[] readTuple() {
    long[] values = new long[StridedLayout.MAX_RANK];
    int count = 0;
    boolean comma = true;
    expect('(');
    while (!accept(')')) {
      if (!comma || count == values.length) {
        throw unexpected("the end of the shape");
      }
      values[count++] = readNumber();
      comma = accept(',');
    }
    if (count == 1 && !comma) {
      throw damaged("the shape in the npy header is a number, not a tuple");
    }
    return Arrays.copyOf(values, count);
  }

  private long readNumber() {
    skipSpace();
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (start == at || at - start > 18) {
      throw unexpected("a dimension of at most 18 digits");
    }
    return Long.parseLong(text, start, at, 10);
  }

  private void skipSpace() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
      at++;
    }
  }

  private boolean accept(char c) {
    skipSpace();
    boolean there = at < text.length() && text.charAt(at) == c;
    if (there) {
      at++;
    }
    return there;
  }

  private void expect(char c) {
    if (!accept(c)) {
      throw unexpected("'" + c + "'");
    }
  }

  private RuntimeException unexpected(String expected) {
    return damaged("expected %s at character %d of the npy header".formatted(expected, at));
  }
}
