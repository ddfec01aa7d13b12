package dev.hesse.hessian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.data.Batch;
import dev.hesse.models.Loss;
import dev.hesse.models.LossGraph;
import dev.hesse.models.LossGraph.Feed;
import dev.hesse.models.LossGraph.Variable;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

class OperatorChecksTest {

  /** A linear classifier on the mean colour of an image, with a parameter that nothing reads. */
  private record Linear(boolean dropout) implements LossModel {
    @Override
    public LossGraph lossGraph(int batchSize, Precision precision) {
      try (Graph graph = new Graph()) {
        Ops tf = Ops.create(graph);
        Operand<TFloat64> images =
            tf.withName("images")
                .placeholder(TFloat64.class, Placeholder.shape(Shape.of(batchSize, 32, 32, 3)));
        Operand<TInt32> labels =
            tf.withName("labels").placeholder(TInt32.class, Placeholder.shape(Shape.of(batchSize)));
        Operand<TFloat64> features = tf.math.mean(images, tf.constant(new int[] {1, 2}));
        if (dropout) {
          Operand<TFloat64> noise =
              tf.withName("noise")
                  .random
                  .randomUniform(tf.constant(new int[] {batchSize, 3}), TFloat64.class);
          features = tf.math.mul(features, noise);
        }
        Operand<TFloat64> kernel = variable(tf, "kernel", 3, 10);
        variable(tf, "idle", 4);
        Operand<TFloat64> logits = tf.withName("logits").linalg.matMul(features, kernel);
        tf.withName("loss")
            .math
            .mean(
                tf.nn.sparseSoftmaxCrossEntropyWithLogits(logits, labels).loss(),
                tf.constant(new int[] {0}));
        return new LossGraph(
            graph.toGraphDef(),
            batchSize,
            List.of(new Feed("images", Batch.IMAGES), new Feed("labels", Batch.LABELS)),
            Optional.of("logits"),
            Optional.of(Loss.SOFTMAX_CROSS_ENTROPY),
            "loss",
            Optional.empty(),
            List.of(
                new Variable("kernel", List.of(3L, 10L), true),
                new Variable("idle", List.of(4L), true)),
            Map.of(),
            precision);
      }
    }

    private static Operand<TFloat64> variable(Ops tf, String name, long... shape) {
      VarHandleOp handle =
          tf.withName(name)
              .varHandleOp(TFloat64.class, Shape.of(shape), VarHandleOp.sharedName(name));
      return tf.withName(name + ".read").readVariableOp(handle, TFloat64.class);
    }

    @Override
    public Map<String, double[]> weights() {
      return Map.of("kernel", Networks.gaussian(30, 1), "idle", new double[4]);
    }

    @Override
    public ParameterLayout parameters() {
      return lossGraph(1, Precision.FLOAT64).parameters();
    }
  }

  private static CurvatureOperator open(LossModel model) {
    return new CurvatureOperator(
        model,
        Networks.data(6, 10, 2),
        new CurvatureOperator.Options(
            Curvature.HESSIAN, 6, Precision.FLOAT64, Device.CPU, 1L << 30));
  }

  @Test
  void aParameterWithoutInfluenceIsNamedAndItsRowsAreZero() {
    try (CurvatureOperator operator = open(new Linear(false))) {
      assertThat(operator.checks().unusedParameters()).containsExactly("idle");
      assertThat(operator.checks().symmetry()).isLessThan(1e-13);
      double[] product = new double[34];
      operator.apply(Networks.gaussian(34, 3), product);
      assertThat(product).endsWith(0, 0, 0, 0);
      assertThat(product[0]).isNotZero();
    }
  }

  @Test
  void aModelThatChangesFromRunToRunIsRefusedByTheNameOfItsRandomOperation() {
    assertThatThrownBy(() -> open(new Linear(true)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("two gradients of the same batch differ by")
        .hasMessageContaining("Take a model without RandomUniform node noise");
  }
}
