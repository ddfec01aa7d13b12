package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import java.util.LinkedHashMap;
import java.util.Map;

/** Examples as columns: arrays by name whose first dimension numbers the examples. */
public final class ExampleTable implements Examples {
  private final String source;
  private final Map<String, DataArray> columns;
  private final int examples;

  /**
   * @param source as {@link #source()}
   * @throws BadInputException if there are no examples, or columns differ in their number
   */
  public ExampleTable(String source, Map<String, DataArray> columns) {
    this.source = source;
    this.columns = new LinkedHashMap<>(columns);
    String first = "";
    long count = -1;
    for (Map.Entry<String, DataArray> column : columns.entrySet()) {
      long[] shape = column.getValue().shape();
      if (shape.length == 0 || shape[0] == 0) {
        throw new BadInputException(
            "%s: %s has no examples".formatted(source, BadInputException.quote(column.getKey())),
            "Give arrays whose first dimension numbers the examples");
      }
      if (count >= 0 && shape[0] != count) {
        throw new BadInputException(
            "%s: %s has %d examples, %s has %d"
                .formatted(
                    source,
                    BadInputException.quote(first),
                    count,
                    BadInputException.quote(column.getKey()),
                    shape[0]),
            "Give arrays with one row per example");
      }
      first = column.getKey();
      count = shape[0];
    }
    if (count < 1 || count > Integer.MAX_VALUE) {
      throw new BadInputException(
          "%s: there are %d examples".formatted(source, Math.max(0, count)),
          "Give at least one array with at least one row");
    }
    this.examples = (int) count;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public int examples() {
    return examples;
  }

  /** The columns by name. */
  public Map<String, DataArray> columns() {
    return Map.copyOf(columns);
  }

  @Override
  public Batch read(int[] numbers) {
    Map<String, DataArray> rows = new LinkedHashMap<>();
    columns.forEach((name, column) -> rows.put(name, column.rows(numbers)));
    return new Batch(numbers.length, rows);
  }
}
