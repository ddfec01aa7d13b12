package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.pytorch.PyValue.Int;
import dev.hesse.io.pytorch.PyValue.None;
import dev.hesse.io.pytorch.PyValue.Storage;
import dev.hesse.io.pytorch.PyValue.StorageClass;
import dev.hesse.io.pytorch.PyValue.Str;
import dev.hesse.io.pytorch.PyValue.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The storages that a pickle refers to by persistent id, each with one type and length. */
final class Storages {
  private final Map<String, Storage> byKey = new LinkedHashMap<>();

  /**
   * The storage of a persistent id: {@code ("storage", type, key, location, elements)}, to which
   * the legacy format adds None or {@code (view key, offset, elements)}. The location, such as
   * {@code cuda:0}, does not matter here.
   */
  Storage resolve(PyValue id) {
    if (!(id instanceof Tuple tuple)
        || tuple.items().size() < 5
        || tuple.items().size() > 6
        || !(tuple.items().get(0) instanceof Str kind)
        || !kind.value().equals("storage")) {
      throw damaged("a persistent id that does not describe a storage");
    }
    List<PyValue> fields = tuple.items();
    ElementType element = Construction.argument(fields, 1, StorageClass.class).element();
    String key = key(fields.get(2));
    long elements = Construction.argument(fields, 4, Int.class).value();
    if (elements < 0 || elements > Long.MAX_VALUE / element.bytes()) {
      throw damaged("storage %s of %d elements".formatted(quote(key), elements));
    }
    Storage whole = new Storage(key, element, elements, 0, elements);
    Storage known = byKey.putIfAbsent(key, whole);
    if (known != null && (known.element() != element || known.elements() != elements)) {
      throw damaged(
          "storage %s is both %d elements of %s and %d of %s"
              .formatted(
                  quote(key),
                  known.elements(),
                  known.element().label(),
                  elements,
                  element.label()));
    }
    return fields.size() == 6 && !(fields.get(5) instanceof None)
        ? view(whole, Construction.argument(fields, 5, Tuple.class).items())
        : whole;
  }

  private static Storage view(Storage whole, List<PyValue> metadata) {
    if (metadata.size() != 3) {
      throw damaged("a storage view of %d fields".formatted(metadata.size()));
    }
    long offset = Construction.argument(metadata, 1, Int.class).value();
    long elements = Construction.argument(metadata, 2, Int.class).value();
    if (offset < 0 || elements < 0 || offset > whole.elements() - elements) {
      throw damaged(
          "a view of %d elements at %d in storage %s of %d"
              .formatted(elements, offset, quote(whole.key()), whole.elements()));
    }
    return new Storage(whole.key(), whole.element(), whole.elements(), offset, elements);
  }

  /** A storage's key, which is text, or in the oldest files a number. */
  static String key(PyValue value) {
    if (value instanceof Str str) {
      return str.value();
    }
    if (value instanceof Int integer) {
      return Long.toString(integer.value());
    }
    throw damaged("a %s as the key of a storage".formatted(value.type()));
  }

  /** Every storage referred to, whole, by key in order of first reference. */
  Map<String, Storage> all() {
    return byKey;
  }
}
