package dev.hesse.hessian.linalg;

import java.io.IOException;
import java.nio.file.Path;

/** Vectors of a basis could not be kept on disk, mostly as it is full. */
public final class SpillException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String folder;
  private final IOException reason;

  SpillException(Path folder, IOException reason) {
    super("Lanczos vectors cannot be kept in " + folder, reason);
    this.folder = folder.toString();
    this.reason = reason;
  }

  /** Where they were to be kept. */
  public String folder() {
    return folder;
  }

  /** Why they could not. */
  public IOException reason() {
    return reason;
  }
}
