package dev.hesse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hesse.hessian.linalg.SubspaceOverlap;
import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code hesse overlap}: how two files of eigenvectors lie to each other. Needs no TensorFlow. */
final class OverlapCommand implements Command {
  private static final CommandOption<Integer> FIRST =
      CommandOption.of(
              "top-n",
              ValueType.whole(1, 100_000),
              "how many of each file's vectors, from the first")
          .withDefault("all");

  private static final Usage USAGE =
      new Usage(
          "overlap",
          List.of("A", "B"),
          "Overlaps of two files of eigenvectors, and the angles between their spans",
          List.of(
              new Usage.Group("vectors", List.of(FIRST)),
              new Usage.Group("output", List.of(OutputOptions.JSON, OutputOptions.VERBOSE))),
          List.of(
              "A and B are what hesse analyze --eigenvectors writes, .npy or .safetensors, of the"
                  + " same parameters: of two checkpoints of a run, two batches, or two matrices.",
              "The overlap of the spans is the mean of the squared cosines of their principal"
                  + " angles: 1 if one holds the other, and about the larger number of vectors over"
                  + " the number of parameters for spans in random directions."),
          List.of(
              new Usage.Example(
                  "overlap early.safetensors late.safetensors",
                  "whether the top of the spectrum keeps its directions in training")));

  @Override
  public Usage usage() {
    return USAGE;
  }

  @Override
  public ExitStatus run(Arguments arguments, Console console) throws IOException {
    VectorFile a = VectorFile.read(Path.of(arguments.operand(0)));
    VectorFile b = VectorFile.read(Path.of(arguments.operand(1)));
    if (!a.fits(b)) {
      throw new BadInputException(
          "%s holds vectors of %,d parameters, and %s of %,d others"
              .formatted(a.path(), a.dimension(), b.path(), b.dimension()),
          "Give two files of the same model");
    }
    double[][] first = first(arguments, a);
    double[][] second = first(arguments, b);
    SubspaceOverlap found;
    try {
      found = SubspaceOverlap.of(first, second);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitStatus.BAD_INPUT,
          "the vectors of %s or %s are linearly dependent".formatted(a.path(), b.path()),
          "Give files with independent vectors, as eigenvectors are",
          e);
    }
    if (arguments.has(OutputOptions.JSON)) {
      writeJson(a, b, found, console.out());
    } else {
      console.out().print(text(a, b, found));
    }
    return ExitStatus.DONE;
  }

  private static double[][] first(Arguments arguments, VectorFile file) {
    int all = file.vectors().length;
    int count = arguments.get(FIRST, all);
    if (count > all) {
      throw CommandException.usage(
          "--top-n is %d, and %s holds %d vectors".formatted(count, file.path(), all),
          "Ask for fewer, or for more when they are computed");
    }
    return Arrays.copyOf(file.vectors(), count);
  }

  private static String text(VectorFile a, VectorFile b, SubspaceOverlap found) {
    double[][] cosines = found.cosines();
    StringBuilder text = new StringBuilder();
    text.append(
        format(
            "A  %s: %d vectors%nB  %s: %d vectors, of %,d parameters%n%n",
            a.path(), cosines.length, b.path(), cosines[0].length, a.dimension()));
    text.append("|<a, b>|");
    for (int j = 0; j < cosines[0].length; j++) {
      text.append(format("  b%-6d", j + 1));
    }
    text.append('\n');
    for (int i = 0; i < cosines.length; i++) {
      text.append(format("a%-7d", i + 1));
      for (double cosine : cosines[i]) {
        text.append(format("  %.5f", cosine));
      }
      text.append('\n');
    }
    text.append("\nprincipal angles in degrees:");
    for (double angle : found.angles()) {
      text.append(format(" %.4f", Math.toDegrees(angle)));
    }
    text.append(
        format(
            "%noverlap of the spans: %.5f (of random ones about %.1g)%n",
            found.overlap(), (double) Math.max(cosines.length, cosines[0].length) / a.dimension()));
    return text.toString();
  }

  private static void writeJson(VectorFile a, VectorFile b, SubspaceOverlap found, PrintStream out)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeStringField("a", a.path().toString());
      json.writeStringField("b", b.path().toString());
      json.writeNumberField("parameters", a.dimension());
      json.writeArrayFieldStart("cosines");
      for (double[] row : found.cosines()) {
        json.writeArray(row, 0, row.length);
      }
      json.writeEndArray();
      json.writeFieldName("principalAngles");
      json.writeArray(found.angles(), 0, found.angles().length);
      json.writeNumberField("overlap", found.overlap());
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
