package dev.hesse.io.npy;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.StridedLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads and writes NumPy's npy files, versions 1 to 3, numeric and boolean elements of either byte
 * order, C or Fortran order. Arrays of Python objects, which are pickles, are refused.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_AT = MAGIC.length;
  private static final int LENGTH_AT = VERSION_AT + 2;
  private static final int MAX_HEADER = 0xffff;
  private static final int ALIGNMENT = 64;

  /** No header is read that takes more. */
  static final int MAX_HEAD = LENGTH_AT + Integer.BYTES + MAX_HEADER;

  /** NumPy's type codes without the byte order; NumPy has no bfloat16. */
  private static final Map<String, DType> DTYPES =
      Map.ofEntries(
          Map.entry("f2", DType.FLOAT16),
          Map.entry("f4", DType.FLOAT32),
          Map.entry("f8", DType.FLOAT64),
          Map.entry("i1", DType.INT8),
          Map.entry("i2", DType.INT16),
          Map.entry("i4", DType.INT32),
          Map.entry("i8", DType.INT64),
          Map.entry("u1", DType.UINT8),
          Map.entry("u2", DType.UINT16),
          Map.entry("u4", DType.UINT32),
          Map.entry("u8", DType.UINT64),
          Map.entry("b1", DType.BOOL));

  private Npy() {}

  /**
   * The array of a file. C-ordered little-endian elements share the file's memory, others are a
   * copy of the same size.
   *
   * @throws BadInputException if the file is missing, no npy file, damaged, or holds elements of
   *     another type
   */
  public static StoredTensor read(Path path) throws IOException {
    try (FileBytes file = FileBytes.open(path)) {
      return read(file);
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
  }

  /**
   * As {@link #read(Path)}, also of text: NumPy's fixed-width {@code U} as UTF-8 and {@code S} as
   * its bytes, without the zeros that fill them up.
   */
  public static DataArray readArray(Path path) throws IOException {
    try (FileBytes file = FileBytes.open(path)) {
      requireSize(file);
      return readArray(file.slice(0, file.size()));
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
  }

  /**
   * As {@link #readArray(Path)}, but of numbers the header alone: rows are read from the file when
   * they are asked for, so that it may be of any size. Of an array in Fortran order, which has no
   * rows in one place, the file is then read whole, and must be below 2 GiB.
   */
  public static DataArray open(Path path) throws IOException {
    try {
      return NpyRows.open(path);
    } catch (BadInputException e) {
      throw e.in(path.toString());
    }
  }

  /** As {@link #read(Path)}, of bytes that are open already. */
  public static StoredTensor read(FileBytes file) throws IOException {
    requireSize(file);
    return read(file.slice(0, file.size()));
  }

  private static void requireSize(FileBytes file) {
    if (file.size() > Integer.MAX_VALUE) {
      throw new BadInputException(
          "%d bytes are more than the 2 GiB that one array may take".formatted(file.size()),
          "Split the array or save it in a smaller type");
    }
  }

  private record Parts(NpyHeader header, ByteBuffer data) {}

  /** As {@link #read(Path)}, of the bytes that remain in a little-endian buffer. */
  static StoredTensor read(ByteBuffer file) {
    Parts parts = parts(file);
    return array(parts.data(), parts.header());
  }

  /** As {@link #readArray(Path)}, of the bytes that remain in a little-endian buffer. */
  static DataArray readArray(ByteBuffer file) {
    Parts parts = parts(file);
    return NpyText.is(parts.header().descr())
        ? NpyText.read(parts.data(), parts.header())
        : array(parts.data(), parts.header());
  }

  private static Parts parts(ByteBuffer file) {
    Head head = head(file, file.remaining());
    return new Parts(head.header(), file.slice(head.length(), file.remaining() - head.length()));
  }

  /** What precedes the elements in a file, and how many bytes that is. */
  record Head(NpyHeader header, int length) {}

  /**
   * Reads the header.
   *
   * @param start little-endian, the file's first {@link #MAX_HEAD} bytes at least, or all
   * @param size of the file
   */
  static Head head(ByteBuffer start, long size) {
    byte[] magic = new byte[MAGIC.length];
    start.slice().get(magic, 0, Math.min(start.remaining(), MAGIC.length));
    if (!Arrays.equals(magic, MAGIC)) {
      throw new BadInputException(
          "this is not a npy file", "Write the array with numpy.save(\"array.npy\", array)");
    }
    int version = start.remaining() < LENGTH_AT ? 0 : start.get(VERSION_AT);
    if (version < 1 || version > 3) {
      throw damaged("npy version %d, where 1 to 3 exist".formatted(version));
    }
    int headerStart = LENGTH_AT + (version == 1 ? Short.BYTES : Integer.BYTES);
    if (start.remaining() < headerStart) {
      throw damaged("the file ends within the length of its header");
    }
    long length =
        version == 1
            ? Short.toUnsignedLong(start.getShort(LENGTH_AT))
            : Integer.toUnsignedLong(start.getInt(LENGTH_AT));
    if (length > Math.min(MAX_HEADER, size - headerStart)) {
      throw damaged("a npy header of %d bytes in a file of %d".formatted(length, size));
    }
    Charset charset = version < 3 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
    String text = charset.decode(start.slice(headerStart, (int) length)).toString();
    return new Head(NpyHeader.parse(text), headerStart + (int) length);
  }

  /** The type of an array's elements, if it is one that is read. */
  static DType dtype(NpyHeader header) {
    String descr = header.descr();
    DType dtype = descr.isEmpty() ? null : DTYPES.get(descr.substring(1));
    boolean known =
        dtype != null
            && (descr.startsWith(">")
                || descr.startsWith("<")
                || (descr.startsWith("|") && dtype.bytes() == 1));
    if (dtype == null || !known) {
      throw new BadInputException(
          "elements of type %s are not read".formatted(quote(descr)),
          "Convert the array in NumPy, for example array.astype(numpy.float32), and save it again");
    }
    return dtype;
  }

  static ByteOrder order(NpyHeader header) {
    return header.descr().startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /**
   * How the elements lie.
   *
   * @throws BadInputException if they are not as many as the bytes
   */
  static StridedLayout layout(NpyHeader header, long bytes) {
    DType dtype = dtype(header);
    StridedLayout layout =
        header.fortranOrder()
            ? StridedLayout.columnMajor(header.shape())
            : StridedLayout.rowMajor(header.shape());
    if (bytes % dtype.bytes() != 0 || bytes / dtype.bytes() != layout.elementCount()) {
      throw damaged(
          "%d elements of %s in %d bytes".formatted(layout.elementCount(), dtype.label(), bytes));
    }
    return layout;
  }

  private static StoredTensor array(ByteBuffer data, NpyHeader header) {
    return layout(header, data.remaining()).read(dtype(header), data.order(order(header)));
  }

  /**
   * Writes version 1 in C order, whole or not at all.
   *
   * @throws IllegalArgumentException if the elements are bfloat16, which NumPy does not have
   */
  public static void write(Path path, StoredTensor tensor) throws IOException {
    ByteBuffer header = header(tensor);
    AtomicFile.write(
        path,
        out -> {
          WritableByteChannel channel = Channels.newChannel(out);
          channel.write(header);
          channel.write(tensor.data());
        });
  }

  /** Whether NumPy has the type. */
  static boolean has(DType dtype) {
    return DTYPES.containsValue(dtype);
  }

  /** What precedes the elements in a file, a multiple of 64 bytes. */
  static ByteBuffer header(StoredTensor tensor) {
    DType dtype = tensor.dtype();
    String code =
        DTYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == dtype)
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected a type that NumPy has, got " + dtype.label()));
    String dimensions =
        Arrays.stream(tensor.shape()).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    String header =
        "{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(dtype.bytes() == 1 ? "|" : "<", code, dimensions);
    int start = LENGTH_AT + Short.BYTES;
    int padding = Math.floorMod(-(start + header.length() + 1), ALIGNMENT);
    byte[] line = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(start + line.length)
        .put(MAGIC)
        .put(new byte[] {1, 0, (byte) line.length, (byte) (line.length >> 8)})
        .put(line)
        .flip();
  }
}
