package dev.hesse.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Short names of files. */
public final class PathNames {
  private static final Pattern SEPARATOR = Pattern.compile("[/\\\\]+");

  private PathNames() {}

  /**
   * What distinguishes each path: it without the folders that all have first, and without the
   * names, or the extension, that all have last. A path keeps at least one name.
   */
  public static List<String> distinguishing(List<String> paths) {
    List<List<String>> names =
        new ArrayList<>(paths.stream().map(path -> List.of(SEPARATOR.split(path, -1))).toList());
    while (names.stream().allMatch(one -> one.size() > 1)
        && names.stream().map(one -> one.get(one.size() - 1)).distinct().count() == 1) {
      names.replaceAll(one -> one.subList(0, one.size() - 1));
    }
    while (names.stream().allMatch(one -> one.size() > 1)
        && names.stream().map(one -> one.get(0)).distinct().count() == 1) {
      names.replaceAll(one -> one.subList(1, one.size()));
    }
    List<String> joined = names.stream().map(one -> String.join("/", one)).toList();
    boolean oneExtension = joined.stream().map(PathNames::extension).distinct().count() == 1;
    return oneExtension ? joined.stream().map(PathNames::stem).toList() : joined;
  }

  private static String extension(String name) {
    return name.substring(stem(name).length());
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
  }
}
