package dev.hesse.cli;

import dev.hesse.io.data.Cifar10Archive;
import dev.hesse.io.data.DownloadException;
import dev.hesse.io.data.PublishedFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Fetches CIFAR-10's archive and unpacks it. */
record Cifar10Download(PublishedFile archive) {

  /** Writes the dataset's files into a folder that is prepared. */
  void write(Path folder, Outputs outputs, Console console) throws IOException {
    List<String> names = Cifar10Archive.files();
    try (FileChannel channel = unnamedFile(folder)) {
      download(channel, folder, console);
      console.progress().phase("unpacking");
      outputs.addAll(
          names.stream().map(folder::resolve).toList(),
          targets -> {
            Map<String, Path> byName = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
              byName.put(names.get(i), targets.get(i));
            }
            Cifar10Archive.unpack(Channels.newInputStream(channel.position(0)), byName);
          });
      outputs.commit();
    }
  }

  /** A file that is gone when it is closed, or when the process ends in whatever way. */
  private static FileChannel unnamedFile(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve(".archive.%x.part".formatted(ThreadLocalRandom.current().nextLong())),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  private void download(FileChannel channel, Path folder, Console console)
      throws DownloadException {
    int all = megabytes(archive.bytes());
    try {
      archive.download(
          Channels.newOutputStream(channel),
          bytes -> console.progress().update("downloading MB", megabytes(bytes), all));
    } catch (DownloadException e) {
      throw e;
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "%s: the archive cannot be stored: %s".formatted(folder, IoErrors.reason(e)),
          "Free the disk or name another folder with " + DataCommand.OUT.dashed(),
          e);
    }
  }

  private static int megabytes(long bytes) {
    return (int) (bytes / 1_000_000);
  }
}
