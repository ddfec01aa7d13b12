package dev.hesse.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The files that a command leaves behind: all of them, whole, or none. That they can be written is
 * known before anything is computed. Folders that had to be made go again if no file is written.
 */
final class Outputs implements AutoCloseable, Interruption.Work {
  private final List<Path> madeFolders = new ArrayList<>();
  private final List<Path> madeForAWhile = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<Path, Writer> wholeWriters = new LinkedHashMap<>();
  private boolean written;
  private volatile boolean closed;

  /** Writes one output, whole, to the path that it is given. */
  @FunctionalInterface
  interface Writer {
    void write(Path target) throws IOException;
  }

  /** Writes several files, whole, to the paths that it is given in the order of their targets. */
  @FunctionalInterface
  interface GroupWriter {
    void write(List<Path> targets) throws IOException;
  }

  private record Group(List<Path> targets, GroupWriter writer) {}

  /** As {@link #prepare(Path, String)}, for the folder that an option named. */
  void prepare(Path folder, CommandOption<?> option) {
    prepare(folder, option.dashed());
  }

  /**
   * Makes sure that files can be written into a folder, which is made if it is not there.
   *
   * @param what what the folder is on the command line, for errors
   * @throws CommandException with status {@link ExitStatus#BAD_INPUT} if they cannot
   */
  synchronized void prepare(Path folder, String what) {
    prepare(folder, what, madeFolders);
  }

  /** As {@link #prepare(Path, CommandOption)}, for a folder that is of use only till the end. */
  synchronized void prepareForAWhile(Path folder, CommandOption<?> option) {
    prepare(folder, option.dashed(), madeForAWhile);
  }

  private void prepare(Path folder, String what, List<Path> made) {
    try {
      make(folder.toAbsolutePath(), made);
      Files.delete(Files.createTempFile(folder, ".hesse-", ".part"));
    } catch (IOException e) {
      close();
      throw new CommandException(
          ExitStatus.BAD_INPUT,
          "%s %s: no file can be written there, as %s".formatted(what, folder, IoErrors.reason(e)),
          "Name a folder that you may write to",
          e);
    }
  }

  private static void make(Path folder, List<Path> made) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null && !Files.exists(folder)) {
      make(parent, made);
    }
    Files.createDirectory(folder);
    made.add(0, folder);
  }

  /** Adds a file in a folder that is prepared; a file that is there will be replaced. */
  synchronized void add(Path target, Writer writer) {
    addAll(List.of(target), targets -> writer.write(targets.get(0)));
  }

  /** Adds files that are written together; as {@link #add}. */
  synchronized void addAll(List<Path> targets, GroupWriter writer) {
    groups.add(new Group(List.copyOf(targets), writer));
  }

  /**
   * Adds something, such as several files, that its writer itself makes appear whole, in place of
   * what is there; it is written last.
   */
  synchronized void addWhole(Path target, Writer writer) {
    wholeWriters.put(target, writer);
  }

  /** The files that were added, in that order. */
  synchronized List<Path> files() {
    return groups.stream().flatMap(group -> group.targets().stream()).toList();
  }

  /**
   * To be called now and then by a writer that takes long.
   *
   * @throws CancellationException if an interruption has closed the outputs
   */
  void requireOpen() {
    if (closed) {
      throw new CancellationException("the outputs are closed");
    }
  }

  /**
   * Writes all files beside their places, then moves them there. An interruption waits for the
   * writer that is at work, unless that asks {@link #requireOpen}.
   *
   * @throws CancellationException if an interruption has closed the outputs
   * @throws CommandException with status {@link ExitStatus#FAILURE} if one cannot be written
   */
  synchronized void commit() {
    String suffix = ".%x.part".formatted(ThreadLocalRandom.current().nextLong());
    Map<Path, Path> parts = new LinkedHashMap<>();
    files()
        .forEach(
            target ->
                parts.put(target, target.resolveSibling("." + target.getFileName() + suffix)));
    Path current = Path.of("");
    try {
      for (Group group : groups) {
        requireOpen();
        for (Path target : group.targets()) {
          current = target;
          if (Files.isDirectory(target)) {
            throw new FileAlreadyExistsException(target.toString());
          }
        }
        group.writer().write(group.targets().stream().map(parts::get).toList());
      }
      requireOpen();
      for (Map.Entry<Path, Path> part : parts.entrySet()) {
        current = part.getKey();
        Files.move(part.getValue(), current, StandardCopyOption.ATOMIC_MOVE);
      }
      for (Map.Entry<Path, Writer> whole : wholeWriters.entrySet()) {
        current = whole.getKey();
        whole.getValue().write(current);
      }
      written = true;
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "%s cannot be written: %s".formatted(current, IoErrors.reason(e)),
          "Free the disk or name another folder",
          e);
    } finally {
      parts.values().forEach(Outputs::deleteQuietly);
    }
  }

  @Override
  public String interrupt() {
    close();
    synchronized (this) {
      return written ? "All output had been written." : "No output was written.";
    }
  }

  /** Nothing will be written from here on; folders that were made for nothing are removed. */
  @Override
  public void close() {
    closed = true; // before the lock, which a writer may hold
    synchronized (this) {
      madeForAWhile.forEach(Outputs::deleteQuietly);
      if (!written) {
        madeFolders.forEach(Outputs::deleteQuietly);
      }
    }
  }

  static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // A folder that something else was put into stays.
    }
  }
}
