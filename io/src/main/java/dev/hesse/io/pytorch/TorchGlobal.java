package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.pytorch.PyValue.DTypeValue;
import dev.hesse.io.pytorch.PyValue.Global;
import dev.hesse.io.pytorch.PyValue.StorageClass;
import java.util.HashMap;
import java.util.Map;

/**
 * The allow-list: the classes and functions that a state dict, and the plain data beside it in a
 * training checkpoint, may name. Each stands for a fixed rule in {@link Construction}; none is
 * looked up, loaded or run.
 */
enum TorchGlobal {
  ORDERED_DICT("collections.OrderedDict"),
  COUNTER("collections.Counter"),
  REBUILD_TENSOR("torch._utils._rebuild_tensor"),
  REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
  REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
  REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
  REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
  REBUILD_FROM_TYPE_V2("torch._tensor._rebuild_from_type_v2"),
  TENSOR("torch.Tensor"),
  PARAMETER("torch.nn.parameter.Parameter"),
  SIZE("torch.Size"),
  DEVICE("torch.device"),
  ENCODE("_codecs.encode"),
  SET("builtins.set"),
  FROZENSET("builtins.frozenset"),
  BYTEARRAY("builtins.bytearray"),
  COMPLEX("builtins.complex"),
  NUMPY_SCALAR("numpy.core.multiarray.scalar"),
  NUMPY_RECONSTRUCT("numpy.core.multiarray._reconstruct"),
  NUMPY_FROMBUFFER("numpy.core.numeric._frombuffer"),
  NUMPY_NDARRAY("numpy.ndarray"),
  NUMPY_DTYPE("numpy.dtype");

  private static final Map<String, PyValue> ALLOWED = allowed();

  /** Other ways in which PyTorch writes a tensor, and what to call it. */
  private static final Map<String, String> OTHER_TENSORS =
      Map.of(
          "torch._utils._rebuild_qtensor", "quantized",
          "torch._utils._rebuild_sparse_tensor", "sparse",
          "torch._utils._rebuild_nested_tensor", "nested",
          "torch._utils._rebuild_meta_tensor_no_storage", "meta",
          "torch._utils._rebuild_wrapper_subclass", "wrapper-subclass");

  private final String qualifiedName;

  TorchGlobal(String qualifiedName) {
    this.qualifiedName = qualifiedName;
  }

  String qualifiedName() {
    return qualifiedName;
  }

  private static Map<String, PyValue> allowed() {
    Map<String, PyValue> allowed = new HashMap<>();
    for (TorchGlobal global : values()) {
      allowed.put(global.qualifiedName, new Global(global));
    }
    for (ElementType element : ElementType.values()) {
      if (element.storageName() != null) {
        allowed.put("torch." + element.storageName(), new StorageClass(element));
        allowed.put("torch.cuda." + element.storageName(), new StorageClass(element));
        allowed.put("torch.storage." + element.storageName(), new StorageClass(element));
      }
      if (element != ElementType.UNTYPED) {
        allowed.put("torch." + element.label(), new DTypeValue(element));
      }
    }
    return allowed;
  }

  /**
   * The value that a pickle names.
   *
   * @throws BadInputException if it is not on the allow-list
   */
  static PyValue find(String module, String name) {
    String currentModule =
        switch (module) {
          case "__builtin__" -> "builtins";
          case "numpy._core.multiarray" -> "numpy.core.multiarray";
          case "numpy._core.numeric" -> "numpy.core.numeric";
          default -> module;
        };
    String qualified = currentModule + "." + name;
    PyValue value = ALLOWED.get(qualified);
    if (value != null) {
      return value;
    }
    String kind = OTHER_TENSORS.get(qualified);
    if (kind != null) {
      throw new BadInputException(
          "holds a %s tensor (%s), only dense ones are read".formatted(kind, qualified),
          "In PyTorch, make it dense and floating-point, then save the state dict again");
    }
    throw new BadInputException(
        "refers to %s, which is not part of a state dict; nothing was run"
            .formatted(quote(module + "." + name)),
        "In PyTorch, load the file if you trust it and save the weights alone: "
            + "torch.save(model.state_dict(), \"weights.pt\")");
  }
}
