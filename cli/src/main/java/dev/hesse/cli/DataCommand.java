package dev.hesse.cli;

import dev.hesse.io.AtomicFile;
import dev.hesse.io.BadInputException;
import dev.hesse.io.data.Cifar10Archive;
import dev.hesse.io.data.PublishedFile;
import dev.hesse.io.data.ShapeFiles;
import dev.hesse.io.data.ShapeImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code hesse data}: images to train on, in CIFAR-10's binary layout. Needs no TensorFlow. */
final class DataCommand implements Command {
  private static final String MAKE = "make";
  private static final String CIFAR10 = "cifar10";
  private static final int MOST_EXAMPLES = 1_000_000;
  private static final int TRAIN_EXAMPLES_DEFAULT = 5000;
  private static final int TEST_EXAMPLES_DEFAULT = 1000;

  private static final CommandOption<Integer> TRAIN_EXAMPLES =
      CommandOption.of(
              "train-examples",
              ValueType.whole(ShapeFiles.LEAST_TRAIN_EXAMPLES, MOST_EXAMPLES),
              "images to train on, over five files")
          .withDefault(TRAIN_EXAMPLES_DEFAULT);
  private static final CommandOption<Integer> TEST_EXAMPLES =
      CommandOption.of("test-examples", ValueType.whole(1, MOST_EXAMPLES), "images to test with")
          .withDefault(TEST_EXAMPLES_DEFAULT);
  private static final CommandOption<Long> SEED =
      CommandOption.of("seed", DataOptions.SEED.type(), "of the images")
          .withDefault(DataOptions.SEED_DEFAULT);
  private static final CommandOption<Boolean> DOWNLOAD =
      CommandOption.flag("download", "use the network");
  static final CommandOption<Path> OUT =
      CommandOption.of("out", ValueType.FOLDER, "folder for the data; made if it is not there");
  private static final CommandOption<Boolean> FORCE =
      CommandOption.flag("force", "replace data that is there");

  private static final Usage.Group FOR_MAKE =
      new Usage.Group("for data make", List.of(TRAIN_EXAMPLES, TEST_EXAMPLES, SEED));
  private static final Usage.Group FOR_CIFAR10 =
      new Usage.Group("for data cifar10", List.of(DOWNLOAD));
  private static final Usage.Group OUTPUT =
      new Usage.Group("output", List.of(OUT, FORCE, OutputOptions.QUIET, OutputOptions.VERBOSE));

  private final PublishedFile archive;

  DataCommand() {
    this(Cifar10Archive.PUBLISHED);
  }

  /**
   * @param archive what to fetch for {@code cifar10}
   */
  DataCommand(PublishedFile archive) {
    this.archive = archive;
  }

  @Override
  public Usage usage() {
    return new Usage(
        "data",
        List.of(MAKE + "|" + CIFAR10),
        "Makes images to train on, or fetches CIFAR-10; both in CIFAR-10's binary layout",
        List.of(FOR_MAKE, FOR_CIFAR10, OUTPUT),
        List.of(
            ("make draws %d classes of shapes among clutter and noise: %s. The same seed gives the"
                    + " same images on every machine, whatever their number.")
                .formatted(
                    ShapeImages.CLASS_NAMES.size(), String.join(", ", ShapeImages.CLASS_NAMES)),
            "cifar10 fetches %s from %s and checks its SHA-256."
                .formatted(Bytes.text(archive.bytes()), archive.address()),
            "A proxy is named with HESSE_JAVA_OPTS='-Dhttps.proxyHost=HOST -Dhttps.proxyPort=N'."),
        List.of(
            new Usage.Example("data make --out shapes", "images without a network"),
            new Usage.Example("data cifar10 --out cifar10 --download", "the real ones")));
  }

  /** Writes the data's files. */
  @FunctionalInterface
  private interface Task {
    /** Returns what they hold, for people. */
    String write(Path folder, Outputs outputs, Console console) throws IOException;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    Task task =
        switch (arguments.operand(0)) {
          case MAKE -> make(arguments);
          case CIFAR10 -> fetch(arguments);
          default -> throw unknown(arguments.operand(0));
        };
    Path folder =
        arguments
            .get(OUT)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "there is no folder for the data", "Name it with --out DIR"));
    if (!arguments.has(FORCE)) {
      requireFree(folder);
    }
    boolean quiet = arguments.has(OutputOptions.QUIET);
    if (quiet) {
      console.progress().disable();
    }
    try (Outputs outputs = new Outputs()) {
      console.interruption().guard(outputs);
      outputs.prepare(folder, OUT);
      String content = task.write(folder, outputs, console);
      console.progress().clear();
      if (!quiet) {
        console.out().printf("%s%nFor other commands: --data-dir %s%n", content, folder);
      }
    }
    return ExitStatus.DONE;
  }

  private Task make(Arguments arguments) {
    requireNone(arguments, FOR_CIFAR10);
    long seed = arguments.get(SEED, DataOptions.SEED_DEFAULT);
    ShapeFiles files =
        new ShapeFiles(
            new ShapeImages(seed),
            arguments.get(TRAIN_EXAMPLES, TRAIN_EXAMPLES_DEFAULT),
            arguments.get(TEST_EXAMPLES, TEST_EXAMPLES_DEFAULT));
    return (folder, outputs, console) -> {
      int all = files.trainExamples() + files.testExamples();
      AtomicInteger done = new AtomicInteger();
      Runnable drawn =
          () -> {
            outputs.requireOpen();
            console.progress().update("drawing images", done.incrementAndGet(), all);
          };
      files
          .contents(drawn)
          .forEach(
              (name, content) ->
                  outputs.add(folder.resolve(name), target -> AtomicFile.write(target, content)));
      outputs.commit();
      return "%d training and %d test images of %d shapes, seed %d"
          .formatted(
              files.trainExamples(), files.testExamples(), ShapeImages.CLASS_NAMES.size(), seed);
    };
  }

  private Task fetch(Arguments arguments) {
    requireNone(arguments, FOR_MAKE);
    if (!arguments.has(DOWNLOAD)) {
      throw CommandException.usage(
          "hesse data cifar10 would fetch %s from %s"
              .formatted(Bytes.text(archive.bytes()), archive.address()),
          "Add --download to let it use the network");
    }
    return (folder, outputs, console) -> {
      new Cifar10Download(archive).write(folder, outputs, console);
      return "CIFAR-10: 50000 training and 10000 test images";
    };
  }

  private static void requireNone(Arguments arguments, Usage.Group group) {
    group.options().stream()
        .filter(arguments::has)
        .findFirst()
        .ifPresent(
            option -> {
              throw CommandException.usage(
                  "%s is only %s".formatted(option.dashed(), group.heading()), "Leave it out");
            });
  }

  private static void requireFree(Path folder) {
    for (String name : Cifar10Archive.files()) {
      if (Files.exists(folder.resolve(name))) {
        throw CommandException.usage(
            folder.resolve(name) + " exists", "Name another folder, or replace it with --force");
      }
    }
  }

  private CommandException unknown(String kind) {
    String guess =
        Spelling.nearest(kind, List.of(MAKE, CIFAR10))
            .map("Did you mean hesse data %s? "::formatted)
            .orElse("");
    return CommandException.usage(
        "there is no data called " + BadInputException.quote(kind), guess + usage().pointer());
  }
}
