package dev.hesse.io.pytorch;

import dev.hesse.io.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes the pickle of a state dict: an OrderedDict of contiguous tensors on the CPU, tensor k over
 * storage k. It is of protocol 2, with the opcodes and names that {@code
 * torch.load(weights_only=True)} has allowed since there is such an option.
 */
final class StateDictPickle {
  private static final int PROTOCOL = 2;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private StateDictPickle() {}

  static byte[] of(Map<String, StoredTensor> tensors) {
    StateDictPickle pickle = new StateDictPickle();
    pickle.op(Opcode.PROTO).op(PROTOCOL).emptyOrderedDict();
    int key = 0;
    for (Map.Entry<String, StoredTensor> item : tensors.entrySet()) {
      pickle.text(item.getKey());
      pickle.tensor(item.getValue(), Integer.toString(key++));
      pickle.op(Opcode.SETITEM);
    }
    return pickle.op(Opcode.STOP).out.toByteArray();
  }

  private void tensor(StoredTensor tensor, String key) {
    ElementType element = ElementType.of(tensor.dtype());
    boolean typedStorage = element.storageName() != null;
    global(typedStorage ? TorchGlobal.REBUILD_TENSOR_V2 : TorchGlobal.REBUILD_TENSOR_V3);
    op(Opcode.MARK);
    if (typedStorage) {
      storage("torch." + element.storageName(), key, tensor.elementCount());
    } else {
      storage("torch.storage.UntypedStorage", key, tensor.data().remaining());
    }
    integer(0); // offset in the storage
    tuple(tensor.shape());
    tuple(strides(tensor));
    op(Opcode.NEWFALSE).emptyOrderedDict(); // requires no gradient and has no hooks
    if (!typedStorage) {
      global("torch." + element.label());
    }
    op(Opcode.TUPLE).op(Opcode.REDUCE);
  }

  private void storage(String type, String key, int elements) {
    op(Opcode.MARK).text("storage");
    global(type);
    text(key);
    text("cpu");
    integer(elements);
    op(Opcode.TUPLE).op(Opcode.BINPERSID);
  }

  /** Of a row-major tensor; any do for one without elements. */
  private static long[] strides(StoredTensor tensor) {
    long[] shape = tensor.shape();
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = tensor.elementCount() == 0 ? 1 : stride * shape[i];
    }
    return strides;
  }

  private void emptyOrderedDict() {
    global(TorchGlobal.ORDERED_DICT);
    op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE);
  }

  private void global(TorchGlobal global) {
    global(global.qualifiedName());
  }

  private void global(String qualifiedName) {
    int dot = qualifiedName.lastIndexOf('.');
    String lines = qualifiedName.substring(0, dot) + "\n" + qualifiedName.substring(dot + 1) + "\n";
    op(Opcode.GLOBAL).out.writeBytes(lines.getBytes(StandardCharsets.US_ASCII));
  }

  private void tuple(long[] values) {
    op(Opcode.MARK);
    for (long value : values) {
      integer(value);
    }
    op(Opcode.TUPLE);
  }

  private void integer(long value) {
    if (value == (int) value) {
      op(Opcode.BININT).little(Integer.BYTES, value);
    } else {
      op(Opcode.LONG1).op(Long.BYTES).little(Long.BYTES, value);
    }
  }

  private void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    op(Opcode.BINUNICODE).little(Integer.BYTES, utf8.length);
    out.writeBytes(utf8);
  }

  private StateDictPickle op(int code) {
    out.write(code);
    return this;
  }

  private void little(int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(buffer.putLong(value).array(), 0, bytes);
  }
}
