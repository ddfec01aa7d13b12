package dev.hesse.models;

import dev.hesse.io.Checkpoint;
import dev.hesse.models.LossGraph.Variable;
import java.util.List;
import java.util.Map;

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

  @Override
  public LossGraph lossGraph(int batchSize, Precision precision) {
    return ResNetGraph.build(config, ResNetGraph.Mode.EVALUATION, batchSize, precision);
  }

  @Override
  public List<Long> exampleShape() {
    long size = ResNetGraph.IMAGE_SIZE;
    return List.of(size, size, (long) ResNetGraph.IMAGE_CHANNELS);
  }

  @Override
  public int classes() {
    return config.classes();
  }

  @Override
  public ParameterLayout parameters() {
    return lossGraph(1, Precision.FLOAT32).parameters();
  }

  static List<Variable> variables(ResNetConfig config) {
    return ResNetGraph.build(config, ResNetGraph.Mode.EVALUATION, 1, Precision.FLOAT32).variables();
  }
}
