package dev.hesse.io.pytorch;

import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.Weights;
import dev.hesse.io.pytorch.PyValue.Dict;
import dev.hesse.io.pytorch.PyValue.PyList;
import dev.hesse.io.pytorch.PyValue.TensorValue;
import dev.hesse.io.pytorch.PyValue.Tuple;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the weights in what a checkpoint holds. In this order:
 *
 * <ol>
 *   <li>the dict of tensors under the first of {@link #WRAPPERS} that is there, also when such
 *       dicts are nested in each other;
 *   <li>the outermost object, if it is itself a dict with tensors;
 *   <li>the dict with the most tensors anywhere, except under keys that begin with {@code optim}.
 * </ol>
 */
final class StateDict {
  /** The keys under which training scripts keep the weights, the likeliest first. */
  static final List<String> WRAPPERS =
      List.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "net_state_dict",
          "net",
          "network",
          "module",
          "params",
          "weights",
          "state_dict_ema",
          "model_ema",
          "params_ema",
          "ema");

  private static final String OPTIMIZER = "optim";
  private static final int MAX_SCALAR = 1_000;

  private StateDict() {}

  /**
   * The weights by name, the plain scalars of the outermost dict, such as {@code epoch}, and the
   * names of all else in it.
   *
   * @throws BadInputException if there are no weights
   */
  static Weights weights(PyValue root, TensorLoader loader) throws IOException {
    Dict found = find(root);
    Map<String, StoredTensor> tensors = tensors(found, loader);
    Map<String, String> scalars = new LinkedHashMap<>();
    List<String> omitted = new ArrayList<>();
    Map<String, PyValue> outermost = root instanceof Dict dict ? dict.items() : Map.of();
    outermost.forEach(
        (key, value) -> {
          String text = PyValue.scalarText(value);
          if (text != null && text.length() <= MAX_SCALAR) {
            scalars.put(key, text);
          } else if (!leadsTo(found, key, value) && !(root == found && tensors.containsKey(key))) {
            omitted.add(key);
          }
        });
    return new Weights(tensors, scalars, omitted);
  }

  /** Whether an item is the weights or wraps them. */
  private static boolean leadsTo(Dict weights, String key, PyValue value) {
    boolean wraps =
        WRAPPERS.contains(key)
            && value instanceof Dict dict
            && dict.items().values().stream().anyMatch(inner -> inner == weights);
    return wraps || value == weights;
  }

  private static Map<String, StoredTensor> tensors(Dict weights, TensorLoader loader)
      throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, PyValue> item : weights.items().entrySet()) {
      if (item.getValue() instanceof TensorValue tensor) {
        try {
          tensors.put(item.getKey(), loader.load(tensor));
        } catch (BadInputException e) {
          throw e.in("tensor " + BadInputException.quote(item.getKey()));
        }
      }
    }
    return tensors;
  }

  private static Dict find(PyValue root) {
    Dict wrapped = root instanceof Dict dict ? unwrap(dict) : null;
    if (wrapped != null) {
      return wrapped;
    }
    Dict found = root instanceof Dict dict && dict.hasTensors() ? dict : largest(root);
    if (found == null) {
      throw new BadInputException(
          "the checkpoint's %s holds no tensors by name".formatted(root.type()),
          "In PyTorch, save a state dict: torch.save(model.state_dict(), \"weights.pt\")");
    }
    return found;
  }

  private static @Nullable Dict unwrap(Dict root) {
    Set<PyValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Dict> queue = new ArrayDeque<>(List.of(root));
    while (!queue.isEmpty()) {
      Dict outer = queue.remove();
      for (String key : WRAPPERS) {
        if (outer.items().get(key) instanceof Dict inner && seen.add(inner)) {
          if (inner.hasTensors()) {
            return inner;
          }
          queue.add(inner);
        }
      }
    }
    return null;
  }

  private static @Nullable Dict largest(PyValue root) {
    Set<PyValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<PyValue> queue = new ArrayDeque<>(List.of(root));
    Dict largest = null;
    long most = 0;
    while (!queue.isEmpty()) {
      PyValue value = queue.remove();
      if (!seen.add(value)) {
        continue;
      }
      queue.addAll(children(value));
      if (value instanceof Dict dict) {
        long tensors = dict.items().values().stream().filter(TensorValue.class::isInstance).count();
        if (tensors > most) {
          largest = dict;
          most = tensors;
        }
      }
    }
    return largest;
  }

  private static Collection<PyValue> children(PyValue value) {
    if (value instanceof PyList list) {
      return list.items();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof Dict dict) {
      return dict.items().entrySet().stream()
          .filter(item -> !item.getKey().startsWith(OPTIMIZER))
          .map(Map.Entry::getValue)
          .toList();
    }
    return List.of();
  }
}
