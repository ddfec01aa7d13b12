package dev.hesse.models;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.safetensors.Safetensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Gives the weights of a CIFAR ResNet that TensorFlow named or laid out the names and the axis
 * order of PyTorch; elements keep their bits.
 *
 * <p>Names of Keras' object-based checkpoints ({@code layer_with_weights-3/kernel/.ATTRIBUTES/…})
 * and of TensorFlow 1 ({@code resnet/conv2d_3/kernel}) are mapped by the order in which the layers
 * of each kind were created, which their numbers tell. The network's convolutions of 3×3 come in
 * that order; those of 1×1 are the shortcuts of the second and third stage, whichever place they
 * have, which differs: Keras' examples create a block's shortcut last, TensorFlow's official models
 * first, and Keras numbers the layers of a model by their depth, not by their creation. The k-th
 * batch norm is taken for that of the k-th convolution, which holds in all of these.
 *
 * <p>Which axis order the kernels have is told by their shapes, of all together: height and width
 * are equal, and come first in TensorFlow's and last in PyTorch's. No network's kernels fit both,
 * as the second stage begins with one whose number of channels doubles.
 */
public final class TensorFlowWeights {
  private static final String REMEDY =
      "Give the tensors the network's own names, such as layer1.0.conv1.weight, with --rename";

  private TensorFlowWeights() {}

  /** Whether the tensors have names of TensorFlow's, which are mapped by their numbers. */
  public static boolean hasTensorFlowNames(Checkpoint checkpoint) {
    return TensorFlowLayers.areIn(checkpoint.tensors());
  }

  /**
   * The checkpoint with PyTorch's names and axis order; itself if it has them, or is none of a
   * ResNet. What an optimizer or a training loop keeps beside the layers' variables is omitted.
   *
   * @throws BadInputException if names are TensorFlow's and do not map to a network of the family
   */
  public static Checkpoint toPyTorch(Checkpoint checkpoint) {
    try {
      if (hasTensorFlowNames(checkpoint)) {
        TensorFlowLayers layers = TensorFlowLayers.of(checkpoint.tensors());
        List<StoredTensor> kernels = layers.kernels();
        boolean inTensorFlowOrder = !isInOrder(kernels, 2) || isInOrder(kernels, 0);
        return changed(
            checkpoint, TensorFlowResNet.tensors(layers, inTensorFlowOrder), layers.bookkeeping());
      }
      List<StoredTensor> kernels = kernelsOfOurs(checkpoint);
      if (!isInOrder(kernels, 2) && isInOrder(kernels, 0)) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(checkpoint.tensors());
        tensors.replaceAll((name, tensor) -> PyTorchLayout.fromGraph(tensor));
        return changed(checkpoint, tensors, List.of());
      }
      return checkpoint;
    } catch (BadInputException e) {
      throw e.in(checkpoint.path().toString());
    }
  }

  /** Whether the tensors have PyTorch's names of a ResNet and PyTorch's axis order. */
  public static boolean isInPyTorchOrder(Checkpoint checkpoint) {
    List<StoredTensor> kernels = kernelsOfOurs(checkpoint);
    return !kernels.isEmpty() && isInOrder(kernels, 2);
  }

  /** Kernels of convolutions, if the names are PyTorch's of a ResNet; otherwise none. */
  private static List<StoredTensor> kernelsOfOurs(Checkpoint checkpoint) {
    boolean ours =
        checkpoint.tensors().keySet().stream()
            .map(ResNetWeights::canonicalName)
            .anyMatch("layer2.0.conv1.weight"::equals);
    return ours
        ? checkpoint.tensors().values().stream().filter(t -> t.shape().length == 4).toList()
        : List.of();
  }

  private static Checkpoint changed(
      Checkpoint checkpoint, Map<String, StoredTensor> tensors, List<String> bookkeeping) {
    Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
    metadata.remove(Safetensors.AXIS_ORDER); // which was another
    return new Checkpoint(
        checkpoint.path(),
        checkpoint.format(),
        checkpoint.sha256(),
        tensors,
        metadata,
        Stream.concat(checkpoint.omitted().stream(), bookkeeping.stream()).toList());
  }

  static BadInputException unmapped(String what) {
    return new BadInputException(
        "its names are TensorFlow's, and do not map to a CIFAR ResNet: " + what, REMEDY);
  }

  /**
   * Whether height and width are where an axis order has them.
   *
   * @param height its axis: 0 in TensorFlow's order, 2 in PyTorch's
   */
  private static boolean isInOrder(List<StoredTensor> kernels, int height) {
    return kernels.stream()
        .map(StoredTensor::shape)
        .allMatch(
            shape ->
                shape[height] == shape[height + 1] && (shape[height] == 1 || shape[height] == 3));
  }
}
