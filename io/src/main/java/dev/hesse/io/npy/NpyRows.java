package dev.hesse.io.npy;

import dev.hesse.io.DType;
import dev.hesse.io.DataArray;
import dev.hesse.io.DeferredTensor;
import dev.hesse.io.FileBytes;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.StridedLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The rows of a npy file in C order, read by where they are; neighbours at once.
 *
 * @param start where the first is
 */
record NpyRows(Path path, NpyHeader header, long start) implements DeferredTensor.Reader {

  static DataArray open(Path path) throws IOException {
    Npy.Head head;
    long size;
    try (FileChannel channel = FileBytes.channel(path)) {
      size = channel.size();
      ByteBuffer bytes =
          ByteBuffer.allocate((int) Math.min(size, Npy.MAX_HEAD)).order(ByteOrder.LITTLE_ENDIAN);
      FileBytes.readFully(channel, path, bytes, 0);
      head = Npy.head(bytes.flip(), size);
    }
    NpyHeader header = head.header();
    if (NpyText.is(header.descr())) {
      return Npy.readArray(path);
    }
    DType dtype = Npy.dtype(header);
    StridedLayout layout = Npy.layout(header, size - head.length());
    return new DeferredTensor(
        dtype,
        header.shape(),
        layout.isRowMajor()
            ? new NpyRows(path, header, head.length())
            : rows -> Npy.read(path).rows(rows));
  }

  @Override
  public StoredTensor read(int[] rows) throws IOException {
    DType dtype = Npy.dtype(header);
    long[] shape = header.shape();
    int rowBytes = DataArray.sizeOfRows(1, shape, dtype.bytes());
    ByteBuffer read = ByteBuffer.allocate(DataArray.sizeOfRows(rows.length, shape, dtype.bytes()));
    try (FileChannel channel = FileBytes.channel(path)) {
      int from = 0;
      while (from < rows.length) {
        int to = from + 1;
        while (to < rows.length && rows[to] == rows[to - 1] + 1) {
          to++;
        }
        FileBytes.readFully(
            channel, path, read.limit(to * rowBytes), start + (long) rows[from] * rowBytes);
        from = to;
      }
    }
    shape[0] = rows.length;
    return StridedLayout.rowMajor(shape).read(dtype, read.flip().order(Npy.order(header)));
  }
}
