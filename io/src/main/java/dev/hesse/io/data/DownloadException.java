package dev.hesse.io.data;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A file on the web that did not arrive. The message is one line of two sentences: what went wrong,
 * then what to do about it.
 */
public final class DownloadException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  DownloadException(String what, String remedy, @Nullable Throwable cause) {
    super(what + ". " + remedy + ".", cause);
  }
}
