package dev.hesse.hessian.linalg;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.zip.CRC32C;

/**
 * An operator that writes every product to a file, and gives back what an earlier process wrote
 * there in the place of computing it again. As estimators are functions of their products, all of
 * them go on after a kill with the numbers that they would have had.
 *
 * <p>A record is the term (−1 for the whole), the bytes of a number, the checksum of the vector,
 * the product, as floats where all its entries are such and as doubles otherwise, and a checksum of
 * all that. A record that was being written when the process ended is cut off, and so is what
 * follows a product with another vector than was asked for: other options may have other products.
 * Disk: 4·n or 8·n bytes for each product. If the disk is full the journal ends, and the
 * computation goes on; {@link #failure} says so.
 */
public final class ProductJournal implements SumOperator, Closeable {
  private static final long MAGIC = 0x4845535345_4a4c33L;
  private static final int HEADER = 2 * Long.BYTES + Integer.BYTES;
  private static final int RECORD_HEADER = 2 * Integer.BYTES + Long.BYTES;

  /** Bytes that are read or written at once. */
  private static final int PART = 1 << 20;

  private static final int WHOLE = -1;

  private final SumOperator operator;
  private final FileChannel file;
  private final long fingerprint;
  private long position = HEADER;
  private long valid;
  private final ByteBuffer part = ByteBuffer.allocateDirect(PART).order(ByteOrder.LITTLE_ENDIAN);
  private double replayed;
  private final DoubleAdder kept = new DoubleAdder();
  private String failure = "";

  /** What a file was written for is another matrix or data. */
  public static final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private ProductJournal(SumOperator operator, FileChannel file, long fingerprint) {
    this.operator = operator;
    this.file = file;
    this.fingerprint = fingerprint;
  }

  /** Whether a file is there that a process wrote a product to. */
  public static boolean holdsProducts(Path path) throws IOException {
    return Files.isRegularFile(path) && Files.size(path) > HEADER;
  }

  /**
   * Begins a journal, whose first product replaces one that is there.
   *
   * @param fingerprint of all that a product depends on
   */
  public static ProductJournal begin(SumOperator operator, Path path, long fingerprint)
      throws IOException {
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    ProductJournal journal = new ProductJournal(operator, file, fingerprint);
    journal.valid = HEADER;
    return journal;
  }

  /**
   * Goes on with a journal.
   *
   * @throws MismatchException if it is of something else
   */
  public static ProductJournal resume(SumOperator operator, Path path, long fingerprint)
      throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    ProductJournal journal = new ProductJournal(operator, file, fingerprint);
    ByteBuffer header = buffer(HEADER);
    boolean whole = journal.read(header, 0);
    if (!whole
        || header.getLong() != MAGIC
        || header.getLong() != fingerprint
        || header.getInt() != operator.dimension()) {
      journal.close();
      throw new MismatchException();
    }
    journal.valid = file.size();
    return journal;
  }

  /** The products that were given back, in products with the whole matrix. */
  public double replayed() {
    return replayed;
  }

  /** The products that are in the file, up to where this process is; any thread may ask. */
  public double kept() {
    return kept.sum();
  }

  /** Why the journal ended, or nothing. */
  public String failure() {
    return failure;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public int dimension() {
    return operator.dimension();
  }

  @Override
  public int preferredBlock() {
    return operator.preferredBlock();
  }

  @Override
  public int terms() {
    return operator.terms();
  }

  @Override
  public double share(int term) {
    return operator.share(term);
  }

  @Override
  public void apply(double[] x, double[] y) {
    applyBlock(new double[][] {x}, new double[][] {y});
  }

  @Override
  public void applyBlock(double[][] x, double[][] y) {
    int[] whole = new int[x.length];
    Arrays.fill(whole, WHOLE);
    products(whole, x, y, (left, rows, products) -> operator.applyBlock(rows, products));
  }

  @Override
  public void applyTerm(int term, double[][] x, double[][] y) {
    int[] terms = new int[x.length];
    Arrays.fill(terms, term);
    products(terms, x, y, (left, rows, products) -> operator.applyTerm(term, rows, products));
  }

  @Override
  public int termsAtOnce() {
    return operator.termsAtOnce();
  }

  @Override
  public void applyTerms(int[] terms, double[][] x, double[][] y) {
    products(terms, x, y, operator::applyTerms);
  }

  /** Makes products that are not in the file. */
  @FunctionalInterface
  private interface Missing {
    void make(int[] terms, double[][] x, double[][] y);
  }

  private void products(int[] terms, double[][] x, double[][] y, Missing missing) {
    int done = 0;
    while (done < x.length && replay(terms[done], x[done], y[done])) {
      done++;
    }
    if (done == x.length) {
      return;
    }
    int[] left = Arrays.copyOfRange(terms, done, terms.length);
    double[][] rows = Arrays.copyOfRange(x, done, x.length);
    double[][] products = Arrays.copyOfRange(y, done, y.length);
    missing.make(left, rows, products);
    for (int i = 0; i < left.length; i++) {
      record(left[i], rows[i], products[i]);
    }
  }

  private boolean replay(int term, double[] x, double[] y) {
    if (position >= valid) {
      return false;
    }
    ByteBuffer header = buffer(RECORD_HEADER);
    int width = read(header, position) ? header.getInt(Integer.BYTES) : 0;
    if (width == 0
        || header.getInt(0) != term
        || (width != Float.BYTES && width != Double.BYTES)
        || header.getLong(2 * Integer.BYTES) != checksum(x)
        || !readProduct(header, width, y)) {
      valid = position; // what follows is of other products, or torn
      return false;
    }
    position += recordSize(width);
    double share = share(term, operator);
    replayed += share;
    kept.add(share);
    return true;
  }

  private boolean readProduct(ByteBuffer header, int width, double[] y) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().rewind());
    long at = position + RECORD_HEADER;
    for (int from = 0; from < y.length; from += PART / width) {
      int count = Math.min(y.length - from, PART / width);
      if (!read(part.clear().limit(count * width), at)) {
        return false;
      }
      crc.update(part.duplicate());
      if (width == Double.BYTES) {
        part.asDoubleBuffer().get(y, from, count);
      } else {
        FloatBuffer floats = part.asFloatBuffer();
        for (int i = 0; i < count; i++) {
          y[from + i] = floats.get(i);
        }
      }
      at += (long) count * width;
    }
    ByteBuffer sum = buffer(Integer.BYTES);
    return read(sum, at) && sum.getInt() == (int) crc.getValue();
  }

  private static double share(int term, SumOperator operator) {
    return term == WHOLE ? 1 : operator.share(term);
  }

  private void record(int term, double[] x, double[] y) {
    if (!failure.isEmpty()) {
      return;
    }
    int width = areFloats(y) ? Float.BYTES : Double.BYTES;
    ByteBuffer header = buffer(RECORD_HEADER);
    header.putInt(term).putInt(width).putLong(checksum(x)).flip();
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate());
    try {
      file.truncate(position);
      if (position == HEADER) {
        writeHeader();
      }
      write(header, position);
      long at = position + RECORD_HEADER;
      for (int from = 0; from < y.length; from += PART / width) {
        int count = Math.min(y.length - from, PART / width);
        part.clear().limit(count * width);
        if (width == Double.BYTES) {
          part.asDoubleBuffer().put(y, from, count);
        } else {
          FloatBuffer floats = part.asFloatBuffer();
          for (int i = 0; i < count; i++) {
            floats.put(i, (float) y[from + i]);
          }
        }
        crc.update(part.duplicate());
        write(part, at);
        at += (long) count * width;
      }
      write(buffer(Integer.BYTES).putInt((int) crc.getValue()).flip(), at);
      position += recordSize(width);
      valid = position;
      kept.add(share(term, operator));
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
      cutOff();
    }
  }

  /** Frees what a record that did not fit has taken. */
  private void cutOff() {
    try {
      file.truncate(position);
    } catch (IOException e) {
      // The record is torn, and will be cut off when it is read.
    }
  }

  private void writeHeader() throws IOException {
    write(
        buffer(HEADER).putLong(MAGIC).putLong(fingerprint).putInt(operator.dimension()).flip(), 0);
  }

  private static boolean areFloats(double[] y) {
    return Chunks.sum(
            y.length,
            (from, to) -> {
              int others = 0;
              for (int i = from; i < to; i++) {
                others += (float) y[i] == y[i] ? 0 : 1;
              }
              return others;
            })
        == 0;
  }

  private long recordSize(int width) {
    return RECORD_HEADER + (long) width * operator.dimension() + Integer.BYTES;
  }

  /**
   * Each entry is added to what came before and mixed by SplitMix64's finaliser (Steele, Lea, Flood
   * 2014), as vectors of signs differ in one bit of an entry only.
   */
  private static long checksum(double[] x) {
    long hash = 0;
    for (double entry : x) {
      hash += Double.doubleToRawLongBits(entry) + 0x9e3779b97f4a7c15L;
      hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
      hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
      hash ^= hash >>> 31;
    }
    return hash;
  }

  private boolean read(ByteBuffer target, long from) {
    try {
      int count = 0;
      while (target.hasRemaining() && count >= 0) {
        count = file.read(target, from + target.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean whole = !target.hasRemaining();
    target.flip();
    return whole;
  }

  private void write(ByteBuffer source, long at) throws IOException {
    long to = at;
    while (source.hasRemaining()) {
      to += file.write(source, to);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
