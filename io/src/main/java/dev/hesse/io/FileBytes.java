package dev.hesse.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file, by offset. A file of up to 64 MiB is read once into memory, so that what was
 * hashed is what is parsed; a larger one is mapped and takes no heap. Slices stay valid after
 * closing.
 */
public final class FileBytes implements AutoCloseable {
  private static final long IN_MEMORY = 64L << 20;
  private static final long WINDOW = 1L << 30;
  private static final int CHUNK = 1 << 20;

  private final long size;
  private final @Nullable FileChannel channel;
  // Window i starts at i × WINDOW and is as long as a buffer can be, so any slice of up to WINDOW
  // bytes lies within one of them.
  private final @Nullable ByteBuffer[] windows;

  private FileBytes(long size, @Nullable FileChannel channel) {
    this.size = size;
    this.channel = channel;
    this.windows = new ByteBuffer[Math.toIntExact(size / WINDOW) + 1];
  }

  /**
   * Opens a regular, non-empty file.
   *
   * @throws BadInputException if it is missing, empty, unreadable, a folder or a device
   */
  public static FileBytes open(Path path) throws IOException {
    FileChannel channel = channel(path);
    long size = channel.size();
    if (size > IN_MEMORY) {
      return new FileBytes(size, channel);
    }
    try (channel) {
      ByteBuffer content = ByteBuffer.allocate((int) size);
      while (content.hasRemaining() && channel.read(content) >= 0) {}
      if (content.position() == 0) {
        throw new BadInputException("the file is empty", "Get it again from its source");
      }
      return of(content.flip());
    }
  }

  /**
   * Opens a regular file for reading by position.
   *
   * @throws BadInputException if it is missing, unreadable, a folder or a device
   */
  public static FileChannel channel(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new BadInputException("this is a folder", "Give the path of a file");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new BadInputException("this is not a regular file", "Give the path of a file");
    }
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new BadInputException("there is no such file", "Check the path", e);
    } catch (AccessDeniedException e) {
      throw new BadInputException("reading is not permitted", "Check the file's permissions", e);
    }
  }

  /**
   * Fills what remains of a buffer with the bytes from a position on.
   *
   * @throws EOFException if the file has fewer
   */
  public static void readFully(FileChannel channel, Path path, ByteBuffer into, long position)
      throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        throw new EOFException(path + " became shorter while it was read");
      }
      at += read;
    }
  }

  /** Bytes that are in memory already. */
  public static FileBytes of(byte[] content) {
    return of(ByteBuffer.wrap(content));
  }

  private static FileBytes of(ByteBuffer content) {
    FileBytes bytes = new FileBytes(content.remaining(), null);
    bytes.windows[0] = content.asReadOnlyBuffer();
    return bytes;
  }

  public long size() {
    return size;
  }

  /**
   * A read-only little-endian view of a region.
   *
   * @throws IllegalArgumentException if the region is not within the file or longer than a buffer
   */
  public ByteBuffer slice(long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || length > Integer.MAX_VALUE || offset > size - length) {
      throw new IllegalArgumentException(
          "offset %d, length %d in %d bytes".formatted(offset, length, size));
    }
    ByteBuffer view =
        length <= WINDOW
            ? window((int) (offset / WINDOW)).slice((int) (offset % WINDOW), (int) length)
            : map(offset, length);
    return view.order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer window(int index) throws IOException {
    ByteBuffer window = windows[index];
    if (window == null) {
      long start = index * WINDOW;
      window = map(start, Math.min(size - start, Integer.MAX_VALUE));
      windows[index] = window;
    }
    return window;
  }

  private ByteBuffer map(long offset, long length) throws IOException {
    if (channel == null) {
      return window(0).slice((int) offset, (int) length);
    }
    return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
  }

  /** The SHA-256 digest of the whole file in lower-case hexadecimal. */
  public String sha256() throws IOException {
    return sha256(List.of(this));
  }

  /** The SHA-256 digest of files one after the other, in lower-case hexadecimal. */
  public static String sha256(List<FileBytes> files) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (FileBytes file : files) {
      for (long offset = 0; offset < file.size; offset += CHUNK) {
        digest.update(file.slice(offset, Math.min(CHUNK, file.size - offset)));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The CRC-32 of a region, as zip archives store it. */
  public int crc32(long offset, long length) throws IOException {
    return checksum(new CRC32(), offset, length);
  }

  /** The CRC-32C (Castagnoli) of a region, which LevelDB and TensorFlow use. */
  public int crc32c(long offset, long length) throws IOException {
    return checksum(new CRC32C(), offset, length);
  }

  private int checksum(Checksum sum, long offset, long length) throws IOException {
    for (long done = 0; done < length; done += CHUNK) {
      sum.update(slice(offset + done, Math.min(CHUNK, length - done)));
    }
    return (int) sum.getValue();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
