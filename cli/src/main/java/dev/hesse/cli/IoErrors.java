package dev.hesse.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** Says what the exceptions of file access leave to their class names. */
final class IoErrors {
  private IoErrors() {}

  /** Completes "as …". */
  static String reason(IOException error) {
    if (error instanceof FileSystemException e) {
      String file = e.getFile();
      if (error instanceof NoSuchFileException) {
        return file + " does not exist";
      }
      if (error instanceof AccessDeniedException) {
        return "access to %s is denied".formatted(file);
      }
      if (error instanceof FileAlreadyExistsException) {
        return file + " is something else already";
      }
      if (error instanceof NotDirectoryException) {
        return file + " is not a folder";
      }
      return "%s: %s".formatted(file, Objects.requireNonNullElse(e.getReason(), "unknown reason"));
    }
    return Objects.requireNonNullElse(error.getMessage(), error.getClass().getSimpleName());
  }
}
