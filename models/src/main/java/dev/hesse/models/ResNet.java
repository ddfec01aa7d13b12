package dev.hesse.models;

import dev.hesse.io.Checkpoint;
import dev.hesse.models.LossGraph.Variable;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * A trained network of the CIFAR ResNet family with mean softmax cross-entropy as its loss.
 *
 * @param config the architecture
 * @param weights every variable by name, in the graph's axis order
 */
public record ResNet(ResNetConfig config, Map<String, double[]> weights) implements LossModel {

  /**
   * Reads a network's weights.
   *
   * @throws dev.hesse.io.BadInputException naming every missing, unexpected and misshapen tensor if
   *     the checkpoint is of another architecture, with the options that would make it fit; or if a
   *     weight is not finite
   */
  public static ResNet load(Checkpoint checkpoint, ResNetConfig config) {
    return new ResNet(config, new ResNetWeights(checkpoint).read(config));
  }

  /** The loss with batch statistics in batch norm, and the nodes that update the running ones. */
  public LossGraph trainingGraph(int batchSize, Precision precision) {
    return ResNetGraph.build(config, ResNetGraph.Mode.TRAINING, batchSize, precision);
  }

  /**
   * Writes a network in evaluation mode, up to the class scores, into a graph that is being made.
   *
   * @param images normalised, batch × 32 × 32 × 3, of any batch size, which need not be known
   * @param storedTypes element types of variables by name, where another than {@code type}
   * @return the class scores, batch × classes
   */
  public static <T extends TNumber> Operand<T> logits(
      Ops tf,
      ResNetConfig config,
      Operand<T> images,
      Class<T> type,
      Map<String, Class<? extends TNumber>> storedTypes) {
    return new ResNetGraph<>(tf, type, config, ResNetGraph.Mode.EVALUATION, storedTypes)
        .logits(images);
  }

  @Override
  public LossGraph lossGraph(int batchSize, Precision precision) {
    return ResNetGraph.build(config, ResNetGraph.Mode.EVALUATION, batchSize, precision);
  }

  /** Height, width and channels of an image. */
  public List<Long> exampleShape() {
    long size = ResNetGraph.IMAGE_SIZE;
    return List.of(size, size, (long) ResNetGraph.IMAGE_CHANNELS);
  }

  /** The number of classes that the network tells apart. */
  public int classes() {
    return config.classes();
  }

  @Override
  public ParameterLayout parameters() {
    return lossGraph(1, Precision.FLOAT32).parameters();
  }

  /** The variables of a network's graphs, in their order, which is that of its state dict. */
  public static List<Variable> variables(ResNetConfig config) {
    return ResNetGraph.build(config, ResNetGraph.Mode.EVALUATION, 1, Precision.FLOAT32).variables();
  }
}
