package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;

/** Whatever a graph is, it is imported, or is refused in one line. */
class HostileGraphTest {
  @Test
  void graphsOfRandomOperations() {
    int imported = 0;
    for (long seed = 0; seed < 3000; seed++) {
      imported += imports(seed) ? 1 : 0;
    }
    assertThat(imported).isPositive();
  }

  static boolean imports(long seed) {
    int operations = 1 + (int) (seed % 3);
    FlatGraph graph = RandomGraph.of(seed, operations);
    List<TensorName> targets = List.of(new TensorName("y" + (operations - 1), 0));
    try (Graph imported = new Graph()) {
      ConstantFolding.fold(graph, targets).importInto(imported);
      return true;
    } catch (BadInputException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
      return false;
    }
  }

  public static void main(String[] a) throws IOException {
    long n = 0;
    Path at = Path.of(a[2]);
    for (long seed = Long.parseLong(a[0]); seed < Long.parseLong(a[1]); seed++) {
      Files.writeString(at, "" + seed);
      long t = System.nanoTime();
      try {
        n += imports(seed) ? 1 : 0;
      } catch (Throwable e) {
        System.out.println("SEED " + seed + " " + e);
        e.printStackTrace(System.out);
      }
      double s = (System.nanoTime() - t) / 1e9;
      if (s > 1) System.out.println("SLOW " + seed + " " + s);
    }
    System.out.println("IMPORTED " + n);
  }
}
