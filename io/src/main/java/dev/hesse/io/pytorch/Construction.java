package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StridedLayout;
import dev.hesse.io.pytorch.PyValue.Bool;
import dev.hesse.io.pytorch.PyValue.DTypeValue;
import dev.hesse.io.pytorch.PyValue.Dict;
import dev.hesse.io.pytorch.PyValue.Global;
import dev.hesse.io.pytorch.PyValue.Inert;
import dev.hesse.io.pytorch.PyValue.Int;
import dev.hesse.io.pytorch.PyValue.None;
import dev.hesse.io.pytorch.PyValue.PyList;
import dev.hesse.io.pytorch.PyValue.Storage;
import dev.hesse.io.pytorch.PyValue.Str;
import dev.hesse.io.pytorch.PyValue.TensorValue;
import dev.hesse.io.pytorch.PyValue.Tuple;
import java.util.List;
import java.util.Locale;

/** What the allow-listed callables make of their arguments, each checked for number and type. */
final class Construction {
  private Construction() {}

  /** The value of {@code callable(*arguments)}. */
  static PyValue call(PyValue callable, PyValue arguments) {
    if (!(callable instanceof Global global) || !(arguments instanceof Tuple tuple)) {
      throw damaged("calls a %s with a %s".formatted(callable.type(), arguments.type()));
    }
    List<PyValue> args = tuple.items();
    return switch (global.value()) {
      case ORDERED_DICT -> orderedDict(args);
      case COUNTER -> counter(args);
      case REBUILD_FROM_TYPE_V2 -> fromType(args);
      case SIZE -> size(args);
      case DEVICE -> inert("torch.device", args, 1, 2);
      case ENCODE -> inert("bytes", args, 2, 2);
      case SET, FROZENSET -> inert("set", args, 0, 1);
      case BYTEARRAY -> inert("bytearray", args, 0, 2);
      case COMPLEX -> inert("complex", args, 2, 2);
      case NUMPY_SCALAR -> inert("numpy scalar", args, 2, 2);
      case NUMPY_RECONSTRUCT -> inert("numpy.ndarray", args, 3, 3);
      case NUMPY_FROMBUFFER -> inert("numpy.ndarray", args, 4, 4);
      case NUMPY_DTYPE -> inert("numpy.dtype", args, 1, 3);
      case TENSOR, PARAMETER, NUMPY_NDARRAY ->
          throw damaged("calls %s, which no checkpoint does".formatted(global.type()));
      default -> rebuild(global.value(), args);
    };
  }

  /** Tensors and parameters; never calls anything else, so nesting cannot grow the Java stack. */
  private static PyValue rebuild(TorchGlobal function, List<PyValue> args) {
    return switch (function) {
      case REBUILD_TENSOR -> {
        count(function, args, 4, 4);
        Storage storage = argument(args, 0, Storage.class);
        yield tensor(args, storage, storage.element());
      }
      case REBUILD_TENSOR_V2 -> {
        count(function, args, 6, 7);
        checkMetadata(args, 6);
        Storage storage = argument(args, 0, Storage.class);
        yield tensor(args, storage, storage.element());
      }
      case REBUILD_TENSOR_V3 -> {
        count(function, args, 7, 8);
        checkMetadata(args, 7);
        Storage storage = argument(args, 0, Storage.class);
        yield tensor(args, storage, argument(args, 6, DTypeValue.class).element());
      }
      case REBUILD_PARAMETER -> {
        count(function, args, 3, 3);
        yield argument(args, 0, TensorValue.class);
      }
      case REBUILD_PARAMETER_WITH_STATE -> {
        count(function, args, 4, 4);
        yield argument(args, 0, TensorValue.class);
      }
      default -> throw damaged("rebuilds a tensor with " + function.qualifiedName());
    };
  }

  /** A tensor with Python attributes: (function, type, its arguments, attributes). */
  private static PyValue fromType(List<PyValue> args) {
    count(TorchGlobal.REBUILD_FROM_TYPE_V2, args, 4, 4);
    return rebuild(argument(args, 0, Global.class).value(), argument(args, 2, Tuple.class).items());
  }

  private static TensorValue tensor(List<PyValue> args, Storage storage, ElementType element) {
    StridedLayout layout =
        new StridedLayout(
            longs(argument(args, 2, Tuple.class)), longs(argument(args, 3, Tuple.class)));
    boolean fits = element == storage.element() || storage.element() == ElementType.UNTYPED;
    int scale = element.bytes() / storage.element().bytes();
    if (!fits || element == ElementType.UNTYPED || storage.viewOffset() % scale != 0) {
      throw damaged(
          "a tensor of %s in a storage of %s"
              .formatted(element.label(), storage.element().label()));
    }
    long offset = argument(args, 1, Int.class).value();
    long capacity = storage.viewElements() / scale;
    if (offset < 0 || offset > capacity || layout.span() > capacity - offset) {
      throw damaged(
          "a tensor of %s at offset %d does not fit into its storage of %d elements"
              .formatted(layout, offset, capacity));
    }
    return new TensorValue(storage, element, storage.viewOffset() / scale + offset, layout);
  }

  private static void checkMetadata(List<PyValue> args, int index) {
    if (args.size() > index
        && args.get(index) instanceof Dict metadata
        && metadata.items().values().stream().anyMatch(v -> v instanceof Bool b && b.value())) {
      throw new BadInputException(
          "a tensor is a lazily negated or conjugated view",
          "In PyTorch, call resolve_neg() or resolve_conj() on it and save the state dict again");
    }
  }

  /** Python 3 passes nothing and sets items later; Python 2 passes a list of [key, value]. */
  private static Dict orderedDict(List<PyValue> args) {
    count(TorchGlobal.ORDERED_DICT, args, 0, 1);
    Dict dict = new Dict(TorchGlobal.ORDERED_DICT.qualifiedName());
    if (!args.isEmpty()) {
      for (PyValue item : argument(args, 0, PyList.class).items()) {
        List<PyValue> pair = itemsOf(item);
        if (pair.size() != 2) {
          throw damaged("an OrderedDict of items that are not pairs");
        }
        put(dict, pair.get(0), pair.get(1));
      }
    }
    return dict;
  }

  private static Dict counter(List<PyValue> args) {
    count(TorchGlobal.COUNTER, args, 0, 1);
    return new Dict(TorchGlobal.COUNTER.qualifiedName());
  }

  private static Tuple size(List<PyValue> args) {
    count(TorchGlobal.SIZE, args, 1, 1);
    return new Tuple(itemsOf(args.get(0)));
  }

  private static Inert inert(String type, List<PyValue> args, int least, int most) {
    if (args.size() < least || args.size() > most) {
      throw damaged("a %s from %d arguments".formatted(type, args.size()));
    }
    return new Inert(type);
  }

  /** {@code dict[key] = value}; items whose key is no string are checked and dropped. */
  static void put(Dict dict, PyValue key, PyValue value) {
    if (key instanceof PyList || key instanceof Dict) {
      throw damaged("a %s as a dict's key".formatted(key.type()));
    }
    if (key instanceof Str name) {
      dict.items().put(name.value(), value);
    }
  }

  /** {@code object.__setstate__(state)} for the few types that have one. */
  static void build(PyValue object, PyValue state) {
    boolean allowed =
        (object instanceof Dict dict
                && dict.type().equals(TorchGlobal.ORDERED_DICT.qualifiedName())
                && (state instanceof Dict || state instanceof None))
            || (object instanceof Inert inert
                && inert.type().startsWith("numpy.")
                && state instanceof Tuple);
    if (!allowed) {
      throw damaged("sets the state of a %s to a %s".formatted(object.type(), state.type()));
    }
  }

  /** The items of a list or tuple. */
  static List<PyValue> itemsOf(PyValue value) {
    if (value instanceof PyList list) {
      return list.items();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    throw damaged("a %s where a sequence belongs".formatted(value.type()));
  }

  /** An argument of the type that its place demands. */
  static <T extends PyValue> T argument(List<PyValue> args, int index, Class<T> type) {
    PyValue value = args.get(index);
    if (!type.isInstance(value)) {
      throw damaged(
          "a %s where a %s belongs"
              .formatted(value.type(), type.getSimpleName().toLowerCase(Locale.ROOT)));
    }
    return type.cast(value);
  }

  private static long[] longs(Tuple tuple) {
    List<PyValue> items = tuple.items();
    if (items.size() > StridedLayout.MAX_RANK) {
      throw damaged("a tensor of %d dimensions".formatted(items.size()));
    }
    long[] values = new long[items.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = argument(items, i, Int.class).value();
    }
    return values;
  }

  private static void count(TorchGlobal function, List<PyValue> args, int least, int most) {
    if (args.size() < least || args.size() > most) {
      throw damaged("%s with %d arguments".formatted(function.qualifiedName(), args.size()));
    }
  }
}
