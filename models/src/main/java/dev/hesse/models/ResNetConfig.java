package dev.hesse.models;

/**
 * A member of the CIFAR ResNet family (He, Zhang, Ren, Sun, <i>Deep Residual Learning for Image
 * Recognition</i>, CVPR 2016, section 4.2): a 3×3 convolution, three stages of n blocks of two 3×3
 * convolutions each with width, 2·width and 4·width channels, global average pooling, a linear
 * classifier.
 *
 * @param depth 6n + 2 weighted layers
 * @param width channels of the first stage
 * @param classes outputs of the classifier
 * @param residual whether blocks add their input to their output
 * @param batchNorm whether a batch normalisation follows each convolution
 * @param shortcut how the skip connection changes shape where a stage begins
 */
public record ResNetConfig(
    int depth, int width, int classes, boolean residual, boolean batchNorm, Shortcut shortcut) {

  public static final int DEPTH_DEFAULT = 20;
  public static final int WIDTH_DEFAULT = 16;
  public static final int CLASSES_DEFAULT = 10;
  public static final ResNetConfig DEFAULT =
      new ResNetConfig(DEPTH_DEFAULT, WIDTH_DEFAULT, CLASSES_DEFAULT, true, true, Shortcut.B);

  /** The shape-changing skip connections of the paper. */
  public enum Shortcut {
    /** Every second pixel in both directions, zero channels on both sides of the existing ones. */
    A,
    /** A 1×1 convolution with stride 2, followed by batch norm if the network has it. */
    B
  }

  public ResNetConfig {
    if (depth < 8 || depth % 6 != 2) {
      throw new IllegalArgumentException("depth must be 6n + 2 with n ≥ 1, got " + depth);
    }
    if (width < 1) {
      throw new IllegalArgumentException("width must be at least 1, got " + width);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be at least 2, got " + classes);
    }
  }

  /** Residual blocks per stage, n. */
  public int blocksPerStage() {
    return (depth - 2) / 6;
  }

  /** Output channels of stage 0, 1 or 2. */
  public int channels(int stage) {
    return width << stage;
  }

  /** A name such as {@code ResNet20 (width 16, shortcut B)}. */
  @Override
  public String toString() {
    return "ResNet%d (width %d%s%s)"
        .formatted(
            depth,
            width,
            residual ? ", shortcut " + shortcut : ", no residual connections",
            batchNorm ? "" : ", no batch norm");
  }
}
