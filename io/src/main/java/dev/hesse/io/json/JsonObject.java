package dev.hesse.io.json;

import dev.hesse.io.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose members are taken out by name and type. A member that is missing or of
 * another type is a {@link BadInputException} that says where. Members that nobody asks for are
 * ignored.
 */
public final class JsonObject {
  private final Place place;
  private final Map<String, Value> members;

  JsonObject(Place place, Map<String, Value> members) {
    this.place = place;
    this.members = members;
  }

  /** A position in a file, line and column from 1. */
  record Place(Path file, String remedy, int line, int column) {
    BadInputException refusal(String what) {
      return new BadInputException(
          "%s, line %d, column %d: %s".formatted(file, line, column, what), remedy);
    }
  }

  /**
   * A member's or element's value.
   *
   * @param content a {@link JsonObject}, a list of values, a String, a Long, a Double or a Boolean;
   *     null for JSON's {@code null}
   */
  record Value(int line, int column, @Nullable Object content) {}

  /** Builds a record from this object; what the record refuses is said to be here. */
  public <T> T as(Function<JsonObject, T> build) {
    try {
      return build.apply(this);
    } catch (IllegalArgumentException e) {
      throw place.refusal(String.valueOf(e.getMessage()));
    }
  }

  /** Refuses a document whose {@code schemaVersion} is newer than the newest known one. */
  public void requireVersion(int newest) {
    long version = whole("schemaVersion", 1, Integer.MAX_VALUE);
    if (version > newest) {
      throw new BadInputException(
          "%s has schema version %d, newer than %d".formatted(place.file(), version, newest),
          "Use a newer version of the program");
    }
  }

  /** The members' names, in the document's order. */
  public List<String> names() {
    return List.copyOf(members.keySet());
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  public <T> T object(String name, Function<JsonObject, T> build) {
    return typed(name, member(name), JsonObject.class, "an object").as(build);
  }

  public <T> @Nullable T optionalObject(String name, Function<JsonObject, T> build) {
    return has(name) ? object(name, build) : null;
  }

  public <T> List<T> objects(String name, Function<JsonObject, T> build) {
    List<T> built = new ArrayList<>();
    for (Value element : list(name)) {
      built.add(typed(name, element, JsonObject.class, "a list of objects").as(build));
    }
    return built;
  }

  public String text(String name) {
    return typed(name, member(name), String.class, "a text");
  }

  public @Nullable String optionalText(String name) {
    return has(name) ? text(name) : null;
  }

  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Value element : list(name)) {
      texts.add(typed(name, element, String.class, "a list of texts"));
    }
    return texts;
  }

  /** A String, a Long, a Double or a Boolean. */
  public Object scalar(String name) {
    Value value = member(name);
    Object content = value.content();
    if (content == null || content instanceof JsonObject || content instanceof List) {
      throw refusal(value, "\"%s\" is not a text, a number, true or false".formatted(name));
    }
    return content;
  }

  public boolean flag(String name) {
    return typed(name, member(name), Boolean.class, "true or false");
  }

  /** A whole number from {@code least} to {@code most}. */
  public long whole(String name, long least, long most) {
    Value value = member(name);
    long whole = typed(name, value, Long.class, "a whole number");
    if (whole < least || whole > most) {
      throw refusal(value, "\"%s\" is %d, not from %d to %d".formatted(name, whole, least, most));
    }
    return whole;
  }

  /** A count that fits a long. */
  public long count(String name) {
    return whole(name, 0, Long.MAX_VALUE);
  }

  /** A count that fits an int. */
  public int smallCount(String name) {
    return (int) whole(name, 0, Integer.MAX_VALUE);
  }

  /** A number; NaN for {@code null}. */
  public double number(String name) {
    Value value = member(name);
    return value.content() == null ? Double.NaN : finite(name, value, "a number or null");
  }

  public @Nullable Double optionalNumber(String name) {
    return has(name) ? number(name) : null;
  }

  public List<Double> numbers(String name) {
    List<Double> numbers = new ArrayList<>();
    for (Value element : list(name)) {
      numbers.add(finite(name, element, "a list of numbers"));
    }
    return numbers;
  }

  /** Numbers, NaN for each {@code null}. */
  public List<Double> numbersOrNulls(String name) {
    List<Double> numbers = new ArrayList<>();
    for (Value element : list(name)) {
      numbers.add(
          element.content() == null
              ? Double.NaN
              : finite(name, element, "a list of numbers and nulls"));
    }
    return numbers;
  }

  private double finite(String name, Value value, String expected) {
    return value.content() instanceof Long whole
        ? whole
        : typed(name, value, Double.class, expected);
  }

  @SuppressWarnings("unchecked") // JsonDocument puts nothing but values into lists
  private List<Value> list(String name) {
    return (List<Value>) typed(name, member(name), List.class, "a list");
  }

  private Value member(String name) {
    Value value = members.get(name);
    if (value == null) {
      throw place.refusal("\"%s\" is missing".formatted(name));
    }
    return value;
  }

  private <T> T typed(String name, Value value, Class<T> type, String expected) {
    if (!type.isInstance(value.content())) {
      throw refusal(value, "\"%s\" is not %s".formatted(name, expected));
    }
    return type.cast(value.content());
  }

  private BadInputException refusal(Value value, String what) {
    return new Place(place.file(), place.remedy(), value.line(), value.column()).refusal(what);
  }
}
