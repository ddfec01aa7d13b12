package dev.hesse.cli;

import dev.hesse.io.data.BatchSource;
import dev.hesse.spark.DataOpener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The options that say which examples, with which an executor opens them as the driver does. */
final class ClusterData implements DataOpener {
  private static final long serialVersionUID = 1;

  private static final Usage USAGE =
      new Usage(
          "analyze",
          List.of(),
          "",
          List.of(
              ModelOptions.GROUP, SavedModelOptions.GROUP, DataOptions.GROUP, ClusterOptions.GROUP),
          List.of(),
          List.of());

  private final ArrayList<String> arguments;

  private ClusterData(List<String> arguments) {
    this.arguments = new ArrayList<>(arguments);
  }

  /** Files are named so that another process on the same file system finds them. */
  static ClusterData of(Arguments arguments) {
    return new ClusterData(
        USAGE
            .options()
            .flatMap(
                option ->
                    arguments.texts(option).stream()
                        .map(
                            text ->
                                option.takesValue()
                                    ? option.dashed() + "=" + option.type().anywhere(text)
                                    : option.dashed()))
            .toList());
  }

  @Override
  public BatchSource open() throws IOException {
    return Subject.from(Arguments.parse(USAGE, arguments)).examples();
  }
}
