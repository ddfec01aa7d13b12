package dev.hesse.io.pytorch;

import static dev.hesse.io.BadInputException.damaged;

import dev.hesse.io.BadInputException;
import dev.hesse.io.pytorch.PyValue.Bool;
import dev.hesse.io.pytorch.PyValue.Dict;
import dev.hesse.io.pytorch.PyValue.Inert;
import dev.hesse.io.pytorch.PyValue.Int;
import dev.hesse.io.pytorch.PyValue.None;
import dev.hesse.io.pytorch.PyValue.PyList;
import dev.hesse.io.pytorch.PyValue.Real;
import dev.hesse.io.pytorch.PyValue.Str;
import dev.hesse.io.pytorch.PyValue.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine that only builds {@link PyValue}s. It knows the opcodes and globals that state
 * dicts need and refuses all others by name. Work and memory are bounded by {@link #MAX_STEPS},
 * about 100 bytes a step, and there is no recursion.
 */
final class Unpickler {
  /** Opcodes, and items that calls read, in all pickles of a file. */
  static final int MAX_STEPS = 5_000_000;

  static final int MAX_STACK = 1_000_000;
  static final int MAX_OPEN_MARKS = 1_000;
  private static final int HIGHEST_PROTOCOL = 5;

  private final PickleInput in;
  private final String name;
  private final Storages storages;
  private ArrayList<PyValue> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, PyValue> memo = new HashMap<>();
  private int steps;

  /**
   * @param name what to call the pickle in errors
   * @param storages takes the storages that the pickle refers to
   */
  Unpickler(ByteBuffer pickle, String name, Storages storages) {
    this.in = new PickleInput(pickle);
    this.name = name;
    this.storages = storages;
  }

  /** How many bytes have been read. */
  int position() {
    return in.position();
  }

  /** Reads one pickle, up to its STOP. */
  PyValue load() {
    stack = new ArrayList<>();
    marks.clear();
    memo.clear();
    int start = in.position();
    try {
      for (int opcode = in.u8(); opcode != Opcode.STOP; opcode = in.u8()) {
        charge(1);
        execute(opcode);
        if (stack.size() > MAX_STACK) {
          throw damaged("more than %d values at once".formatted(MAX_STACK));
        }
        start = in.position();
      }
      PyValue result = pop();
      if (!stack.isEmpty()) {
        throw damaged("%d values are left over".formatted(stack.size()));
      }
      return result;
    } catch (BadInputException e) {
      throw e.in("byte %d of %s".formatted(start, name));
    }
  }

  private void charge(int work) {
    steps += work;
    if (steps > MAX_STEPS) {
      throw damaged("more than %d steps".formatted(MAX_STEPS));
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case Opcode.PROTO -> checkProtocol(in.u8());
      case Opcode.FRAME -> checkFrame(in.i64());
      case Opcode.MARK -> mark();
      case Opcode.NONE -> push(None.NONE);
      case Opcode.NEWTRUE -> push(new Bool(true));
      case Opcode.NEWFALSE -> push(new Bool(false));
      case Opcode.INT -> push(textInteger(in.line()));
      case Opcode.LONG -> push(textLong(in.line()));
      case Opcode.BININT -> push(new Int(in.i32()));
      case Opcode.BININT1 -> push(new Int(in.u8()));
      case Opcode.BININT2 -> push(new Int(in.u16()));
      case Opcode.LONG1 -> push(in.integer(in.u8()));
      case Opcode.LONG4 -> push(in.integer(in.i32()));
      case Opcode.BINFLOAT -> push(new Real(in.bigEndianDouble()));
      case Opcode.BINSTRING -> push(new Str(in.latin1(in.i32())));
      case Opcode.SHORT_BINSTRING -> push(new Str(in.latin1(in.u8())));
      case Opcode.BINUNICODE -> push(new Str(in.utf8(in.u32())));
      case Opcode.SHORT_BINUNICODE -> push(new Str(in.utf8(in.u8())));
      case Opcode.BINUNICODE8 -> push(new Str(in.utf8(in.i64())));
      case Opcode.BINBYTES -> bytes(in.u32());
      case Opcode.SHORT_BINBYTES -> bytes(in.u8());
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> bytes(in.i64());
      case Opcode.EMPTY_TUPLE -> push(new Tuple(List.of()));
      case Opcode.TUPLE1 -> push(new Tuple(popLast(1)));
      case Opcode.TUPLE2 -> push(new Tuple(popLast(2)));
      case Opcode.TUPLE3 -> push(new Tuple(popLast(3)));
      case Opcode.TUPLE -> push(new Tuple(popToMark()));
      case Opcode.EMPTY_LIST -> push(new PyList());
      case Opcode.APPEND -> append(popLast(1));
      case Opcode.APPENDS -> append(popToMark());
      case Opcode.EMPTY_DICT -> push(new Dict("dict"));
      case Opcode.SETITEM -> setItems(popLast(2));
      case Opcode.SETITEMS -> setItems(popToMark());
      case Opcode.EMPTY_SET -> push(new Inert("set"));
      case Opcode.ADDITEMS -> addItems(popToMark());
      case Opcode.FROZENSET -> frozenSet(popToMark());
      case Opcode.BINGET -> push(recall(in.u8()));
      case Opcode.LONG_BINGET -> push(recall(in.u32()));
      case Opcode.BINPUT -> memo.put((long) in.u8(), top());
      case Opcode.LONG_BINPUT -> memo.put(in.u32(), top());
      case Opcode.MEMOIZE -> memo.put((long) memo.size(), top());
      case Opcode.GLOBAL -> push(TorchGlobal.find(in.line(), in.line()));
      case Opcode.STACK_GLOBAL -> stackGlobal(popLast(2));
      case Opcode.REDUCE, Opcode.NEWOBJ -> call(popLast(2));
      case Opcode.BUILD -> build(popLast(1).get(0));
      case Opcode.BINPERSID -> push(storages.resolve(pop()));
      default -> throw damaged("opcode 0x%02x, which no checkpoint uses".formatted(opcode));
    }
  }

  private static void checkProtocol(int protocol) {
    if (protocol > HIGHEST_PROTOCOL) {
      throw damaged("pickle protocol %d".formatted(protocol));
    }
  }

  /** Frames only help buffering; their length is checked and otherwise ignored. */
  private void checkFrame(long length) {
    if (length < 0 || length > in.remaining()) {
      throw damaged("a frame of %s bytes".formatted(Long.toUnsignedString(length)));
    }
  }

  private PyValue textInteger(String text) {
    return switch (text) {
      case "00" -> new Bool(false);
      case "01" -> new Bool(true);
      default -> in.decimal(text);
    };
  }

  private PyValue textLong(String text) {
    return in.decimal(text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
  }

  private void bytes(long length) {
    in.skip(length);
    push(new Inert("bytes"));
  }

  private void stackGlobal(List<PyValue> names) {
    push(
        TorchGlobal.find(
            Construction.argument(names, 0, Str.class).value(),
            Construction.argument(names, 1, Str.class).value()));
  }

  private void call(List<PyValue> callableAndArguments) {
    PyValue arguments = callableAndArguments.get(1);
    for (PyValue argument : Construction.itemsOf(arguments)) {
      if (argument instanceof Tuple || argument instanceof PyList) {
        charge(Construction.itemsOf(argument).size());
      }
    }
    push(Construction.call(callableAndArguments.get(0), arguments));
  }

  private void build(PyValue state) {
    Construction.build(top(), state);
  }

  private void append(List<PyValue> items) {
    if (!(top() instanceof PyList list)) {
      throw damaged("appends to a %s".formatted(top().type()));
    }
    list.items().addAll(items);
  }

  private void setItems(List<PyValue> keysAndValues) {
    if (!(top() instanceof Dict dict) || keysAndValues.size() % 2 != 0) {
      throw damaged(
          "sets items of a %s from %d values".formatted(top().type(), keysAndValues.size()));
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      Construction.put(dict, keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void addItems(List<PyValue> items) {
    if (!(top() instanceof Inert set) || !set.type().equals("set")) {
      throw damaged("adds %d items to a %s".formatted(items.size(), top().type()));
    }
  }

  private void frozenSet(List<PyValue> items) {
    push(new Inert("frozenset of " + items.size()));
  }

  private PyValue recall(long index) {
    PyValue value = memo.get(index);
    if (value == null) {
      throw damaged("memo %d, which was never set".formatted(index));
    }
    return value;
  }

  private void mark() {
    if (marks.size() >= MAX_OPEN_MARKS) {
      throw damaged("nesting deeper than %d".formatted(MAX_OPEN_MARKS));
    }
    marks.push(stack.size());
  }

  private void push(PyValue value) {
    stack.add(value);
  }

  private PyValue top() {
    requireAboveMark(1);
    return stack.get(stack.size() - 1);
  }

  private PyValue pop() {
    requireAboveMark(1);
    return stack.remove(stack.size() - 1);
  }

  private List<PyValue> popLast(int count) {
    requireAboveMark(count);
    return popFrom(stack.size() - count);
  }

  private List<PyValue> popToMark() {
    Integer start = marks.poll();
    if (start == null) {
      throw damaged("a sequence that never began");
    }
    return popFrom(start);
  }

  private List<PyValue> popFrom(int start) {
    List<PyValue> tail = stack.subList(start, stack.size());
    List<PyValue> values = List.copyOf(tail);
    tail.clear();
    return values;
  }

  private void requireAboveMark(int count) {
    int floor = marks.isEmpty() ? 0 : marks.peek();
    if (stack.size() - floor < count) {
      throw damaged("takes a value that is not there");
    }
  }
}
