package dev.hesse.io.pytorch;

import dev.hesse.io.StridedLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an unpickler builds: data without behaviour. Values may contain themselves, so nothing here
 * is compared, hashed or printed by content.
 */
sealed interface PyValue {

  /** The name of the value's Python type, for error messages. */
  String type();

  enum None implements PyValue {
    NONE;

    @Override
    public String type() {
      return "None";
    }
  }

  record Str(String value) implements PyValue {
    @Override
    public String type() {
      return "str";
    }
  }

  record Bool(boolean value) implements PyValue {
    @Override
    public String type() {
      return "bool";
    }
  }

  record Int(long value) implements PyValue {
    @Override
    public String type() {
      return "int";
    }
  }

  /** An int beyond 64 bits. */
  record BigInt(BigInteger value) implements PyValue {
    @Override
    public String type() {
      return "int";
    }
  }

  record Real(double value) implements PyValue {
    @Override
    public String type() {
      return "float";
    }
  }

  /** A value whose content does not matter here: bytes, sets, devices, NumPy scalars. */
  record Inert(String type) implements PyValue {}

  record Tuple(List<PyValue> items) implements PyValue {
    @Override
    public String type() {
      return "tuple";
    }
  }

  record PyList(ArrayList<PyValue> items) implements PyValue {
    PyList() {
      this(new ArrayList<>());
    }

    @Override
    public String type() {
      return "list";
    }
  }

  /** A dict, OrderedDict or Counter. Only items with string keys are kept. */
  record Dict(String type, Map<String, PyValue> items) implements PyValue {
    Dict(String type) {
      this(type, new LinkedHashMap<>());
    }

    boolean hasTensors() {
      return items.values().stream().anyMatch(TensorValue.class::isInstance);
    }
  }

  /** A class or function from the allow-list. */
  record Global(TorchGlobal value) implements PyValue {
    @Override
    public String type() {
      return value.qualifiedName();
    }
  }

  /** A {@code torch.dtype}. */
  record DTypeValue(ElementType element) implements PyValue {
    @Override
    public String type() {
      return "torch.dtype";
    }
  }

  /** A class of storages. */
  record StorageClass(ElementType element) implements PyValue {
    @Override
    public String type() {
      return "storage class";
    }
  }

  /**
   * Elements that lie outside the pickle.
   *
   * @param key the name of the bytes
   * @param element their type
   * @param elements how many the bytes hold
   * @param viewOffset the first element that this value sees
   * @param viewElements how many it sees
   */
  record Storage(String key, ElementType element, long elements, long viewOffset, long viewElements)
      implements PyValue {
    @Override
    public String type() {
      return "storage";
    }
  }

  /**
   * A tensor that is known to lie within its storage.
   *
   * @param offset of the first element in the whole storage, in elements of the tensor's type
   */
  record TensorValue(Storage storage, ElementType element, long offset, StridedLayout layout)
      implements PyValue {
    @Override
    public String type() {
      return "tensor";
    }
  }

  /** The value as text if it is a plain scalar, else null. */
  static @Nullable String scalarText(PyValue value) {
    if (value instanceof Str str) {
      return str.value();
    }
    if (value instanceof Bool bool) {
      return String.valueOf(bool.value());
    }
    if (value instanceof Int integer) {
      return String.valueOf(integer.value());
    }
    if (value instanceof Real real) {
      return String.valueOf(real.value());
    }
    return null;
  }
}
