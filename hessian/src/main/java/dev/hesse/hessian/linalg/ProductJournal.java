package dev.hesse.hessian.linalg;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * An operator that writes every product to a file, and gives back what an earlier process wrote
 * there in the place of computing it again. As estimators are functions of their products, all of
 * them go on after a kill with the numbers that they would have had.
 *
 * <p>A record is the term (−1 for the whole), the checksum of the vectors, the products in double,
 * and a checksum of all that. A record that was being written when the process ended is cut off,
 * and so is what follows a product with another vector than was asked for: other options may have
 * other products. Disk: 8·n bytes for each product. If the disk is full the journal ends, and the
 * computation goes on; {@link #failure} says so.
 */
public final class ProductJournal implements SumOperator, Closeable {
  private static final long MAGIC = 0x4845535345_4a4c31L;
  private static final int HEADER = 2 * Long.BYTES + Integer.BYTES;
  private static final int RECORD = 2 * Integer.BYTES + Long.BYTES;
  private static final int WHOLE = -1;

  private final SumOperator operator;
  private final FileChannel file;
  private long position = HEADER;
  private long valid;
  private double replayed;
  private String failure = "";

  /** What a file was written for is another matrix or data. */
  public static final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private ProductJournal(SumOperator operator, FileChannel file) {
    this.operator = operator;
    this.file = file;
  }

  /**
   * Begins a journal, in the place of one that is there.
   *
   * @param fingerprint of all that a product depends on
   */
  public static ProductJournal begin(SumOperator operator, Path path, long fingerprint)
      throws IOException {
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    ProductJournal journal = new ProductJournal(operator, file);
    ByteBuffer header = buffer(HEADER);
    header.putLong(MAGIC).putLong(fingerprint).putInt(operator.dimension());
    journal.write(header.flip(), 0);
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
    ProductJournal journal = new ProductJournal(operator, file);
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
    applyTerm(WHOLE, x, y);
  }

  @Override
  public void applyTerm(int term, double[][] x, double[][] y) {
    int done = 0;
    while (done < x.length && replay(term, x[done], y[done])) {
      done++;
    }
    if (done == x.length) {
      return;
    }
    double[][] left = Arrays.copyOfRange(x, done, x.length);
    double[][] products = Arrays.copyOfRange(y, done, y.length);
    if (term == WHOLE) {
      operator.applyBlock(left, products);
    } else {
      operator.applyTerm(term, left, products);
    }
    for (int i = 0; i < left.length; i++) {
      record(term, left[i], products[i]);
    }
  }

  private boolean replay(int term, double[] x, double[] y) {
    if (position >= valid) {
      return false;
    }
    ByteBuffer record = buffer(recordSize());
    if (!read(record, position)
        || record.getInt() != term
        || record.getLong() != checksum(x)
        || record.getInt(record.capacity() - Integer.BYTES) != sum(record)) {
      valid = position; // what follows is of other products, or torn
      return false;
    }
    record.asDoubleBuffer().get(y);
    position += recordSize();
    replayed += term == WHOLE ? 1 : operator.share(term);
    return true;
  }

  private void record(int term, double[] x, double[] y) {
    if (!failure.isEmpty()) {
      return;
    }
    ByteBuffer record = buffer(recordSize());
    record.putInt(term).putLong(checksum(x));
    record.asDoubleBuffer().put(y);
    record.position(record.capacity() - Integer.BYTES);
    record.putInt(sum(record)).flip();
    try {
      file.truncate(position);
      write(record, position);
      position += recordSize();
      valid = position;
    } catch (UncheckedIOException | IOException e) {
      failure = String.valueOf(e.getMessage());
    }
  }

  private int recordSize() {
    return Math.addExact(RECORD, Math.multiplyExact(Double.BYTES, operator.dimension()));
  }

  private static long checksum(double[] x) {
    long hash = 1;
    for (double entry : x) {
      hash = 31 * hash + Double.doubleToLongBits(entry);
    }
    return hash;
  }

  private static int sum(ByteBuffer record) {
    CRC32C crc = new CRC32C();
    crc.update(record.duplicate().clear().limit(record.capacity() - Integer.BYTES));
    return (int) crc.getValue();
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

  private void write(ByteBuffer source, long at) {
    try {
      long to = at;
      while (source.hasRemaining()) {
        to += file.write(source, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
