package dev.hesse.io;

import dev.hesse.io.Checkpoint.Format;
import dev.hesse.io.npy.Npz;
import dev.hesse.io.tensorbundle.TensorBundle;
import dev.hesse.io.zip.ZipDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Tells a weights file's format by its contents, and says what other files look like. */
final class FormatDetector {
  private static final int PREFIX = 512;
  private static final int SAFETENSORS_LENGTH = Long.BYTES;
  private static final int HIGHEST_PICKLE_PROTOCOL = 5;

  /** The first pickle of a legacy file in protocol 1, where numbers are text. */
  private static final String LEGACY_PROTOCOL_1 = "L119547037146038801333356L\n";

  private static final String REMEDY =
      "Give a PyTorch checkpoint (zip or legacy), a safetensors or npz file,"
          + " or a TensorFlow checkpoint";

  private FormatDetector() {}

  static Format detect(FileBytes file) throws IOException {
    ByteBuffer prefix = file.slice(0, Math.min(file.size(), PREFIX));
    String text = StandardCharsets.ISO_8859_1.decode(prefix.duplicate()).toString();
    if (text.startsWith("PK\3\4")) {
      return ofZip(ZipDirectory.read(file).names());
    }
    boolean bracedHeader =
        text.length() > SAFETENSORS_LENGTH && text.charAt(SAFETENSORS_LENGTH) == '{';
    if (bracedHeader && !isText(text.substring(0, SAFETENSORS_LENGTH))) {
      return Format.SAFETENSORS;
    }
    boolean binaryPickle =
        text.length() > 1 && text.charAt(0) == 0x80 && text.charAt(1) <= HIGHEST_PICKLE_PROTOCOL;
    if (binaryPickle || text.startsWith(LEGACY_PROTOCOL_1)) {
      return Format.PYTORCH_LEGACY;
    }
    if (TensorBundle.isTable(file)) {
      throw new BadInputException(
          "this is a TensorFlow checkpoint of version 1 or an index that was renamed",
          "Save a checkpoint again with TensorFlow 1.0 or later, and give an index its name");
    }
    throw new BadInputException("this is " + describe(text), REMEDY);
  }

  /** PyTorch's reader looks for {@code FOLDER/data.pkl}; without it, NumPy's takes every array. */
  private static Format ofZip(List<String> names) {
    boolean hasArrays = names.stream().anyMatch(name -> name.endsWith(Npz.EXTENSION));
    boolean hasPickle = names.stream().anyMatch(name -> name.endsWith("/data.pkl"));
    return hasArrays && !hasPickle ? Format.NPZ : Format.PYTORCH_ZIP;
  }

  private static String describe(String text) {
    if (text.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer in place of the file it stands for";
    }
    if (text.regionMatches(257, "ustar", 0, 5)) {
      return "a tar archive, the format of PyTorch before 0.2 among others, which is not read";
    }
    if (text.startsWith("\u0089HDF")) {
      return "an HDF5 file";
    }
    if (text.startsWith("\u0093NUMPY")) {
      return "a single NumPy array, not named weights";
    }
    if (text.startsWith("PK\5\6")) {
      return "a zip archive without entries";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "a gzip-compressed file";
    }
    return isText(text) ? "a text file" : "in no format that weights are read from";
  }

  private static boolean isText(String bytes) {
    return bytes
        .chars()
        .allMatch(c -> (c >= ' ' && c != 0x7f) || c == '\n' || c == '\r' || c == '\t');
  }
}
