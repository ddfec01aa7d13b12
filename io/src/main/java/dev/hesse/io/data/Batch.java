package dev.hesse.io.data;

import dev.hesse.io.DataArray;
import java.util.Map;

/**
 * Some examples of a {@link BatchSource}: named arrays whose first dimension numbers the examples.
 *
 * @param size the number of examples
 * @param arrays by name
 */
public record Batch(int size, Map<String, DataArray> arrays) {
  /** The array of images, of data that is labelled images. */
  public static final String IMAGES = "images";

  /** The array of labels. */
  public static final String LABELS = "labels";

  public Batch {
    arrays = Map.copyOf(arrays);
    arrays.forEach(
        (name, array) -> {
          long[] shape = array.shape();
          if (shape.length == 0 || shape[0] != size) {
            throw new IllegalArgumentException(
                "expected %d rows of %s, got %d"
                    .formatted(size, name, shape.length == 0 ? 0 : shape[0]));
          }
        });
  }

  /**
   * An array by name.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public DataArray array(String name) {
    DataArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException(
          "expected arrays %s, got no %s".formatted(arrays.keySet(), name));
    }
    return array;
  }
}
