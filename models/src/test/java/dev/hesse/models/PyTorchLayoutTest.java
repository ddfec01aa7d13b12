package dev.hesse.models;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.DType;
import dev.hesse.io.StoredTensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PyTorchLayoutTest {

  @Test
  void kernelsMoveFromOutInHeightWidthToHeightWidthInOut() {
    List<Long> graphShape = List.of(2L, 3L, 4L, 5L);
    assertThat(PyTorchLayout.shape(graphShape)).containsExactly(5L, 4L, 2L, 3L);
    double[] stored = numbers(120);
    double[] graph = PyTorchLayout.toGraph(stored, graphShape);
    // Element [h=1, w=2, in=3, out=4] of the graph is [4, 3, 1, 2] of the file, the last of both.
    assertThat(graph[119]).isEqualTo(119);
    // [0, 1, 2, 3] is [3, 2, 0, 1]: ((3·4 + 2)·2 + 0)·3 + 1 = 85.
    assertThat(graph[(1 * 4 + 2) * 5 + 3]).isEqualTo(85);
    assertThat(PyTorchLayout.fromGraph(graph, graphShape)).containsExactly(stored);
  }

  @Test
  void matricesAreTransposed() {
    List<Long> graphShape = List.of(2L, 3L);
    assertThat(PyTorchLayout.shape(graphShape)).containsExactly(3L, 2L);
    assertThat(PyTorchLayout.toGraph(numbers(6), graphShape)).containsExactly(0, 2, 4, 1, 3, 5);
    assertThat(PyTorchLayout.fromGraph(numbers(6), graphShape)).containsExactly(0, 3, 1, 4, 2, 5);
  }

  @Test
  void tensorsMoveLikeNumbers() {
    List<List<Long>> graphShapes =
        List.of(List.of(2L, 3L, 4L, 5L), List.of(3L, 5L), List.of(7L), List.of(), List.of(0L, 2L));
    for (List<Long> graphShape : graphShapes) {
      List<Long> shape = PyTorchLayout.shape(graphShape);
      assertThat(PyTorchLayout.graphShape(shape)).isEqualTo(graphShape);
      StoredTensor stored = tensor(shape);
      StoredTensor graph = PyTorchLayout.toGraph(stored);
      assertThat(graph.shape()).isEqualTo(array(graphShape));
      assertThat(graph.toDoubles())
          .isEqualTo(PyTorchLayout.toGraph(stored.toDoubles(), graphShape));
      StoredTensor back = PyTorchLayout.fromGraph(graph);
      assertThat(back.shape()).isEqualTo(stored.shape());
      assertThat(back.data()).isEqualTo(stored.data());
    }
  }

  private static StoredTensor tensor(List<Long> shape) {
    long[] dimensions = array(shape);
    int count = (int) StoredTensor.elementCount(dimensions);
    ByteBuffer data = ByteBuffer.allocate(count * Short.BYTES).order(LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putShort((short) (i - 100));
    }
    return new StoredTensor(DType.INT16, dimensions, data.flip());
  }

  private static long[] array(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void vectorsStay() {
    assertThat(PyTorchLayout.shape(List.of(3L))).containsExactly(3L);
    assertThat(PyTorchLayout.toGraph(numbers(3), List.of(3L))).containsExactly(numbers(3));
  }

  private static double[] numbers(int count) {
    return IntStream.range(0, count).asDoubleStream().toArray();
  }
}
