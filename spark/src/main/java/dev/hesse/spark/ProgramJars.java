package dev.hesse.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** The program's own jars, which executors on other machines do not have. */
final class ProgramJars {
  private ProgramJars() {}

  /** The first jar of the class path and those that its manifest names, separated by commas. */
  static String list() {
    List<String> entries =
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
    Path first = Path.of(entries.get(0));
    List<String> jars = new ArrayList<>(List.of(first.toAbsolutePath().toString()));
    try (JarFile jar = new JarFile(first.toFile())) {
      String others =
          jar.getManifest() == null
              ? null
              : jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      for (String other : others == null ? new String[0] : others.split(" ", -1)) {
        Path path = first.toAbsolutePath().resolveSibling(other);
        if (Files.exists(path)) {
          jars.add(path.toString());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return String.join(",", jars);
  }
}
