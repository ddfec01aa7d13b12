package dev.hesse.train;

import dev.hesse.hessian.Device;
import dev.hesse.models.Precision;

/**
 * How a network is trained.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per step
 * @param testBatchSize examples at once when testing
 * @param momentum μ of {@link TrainingSession#step}
 * @param weightDecay λ of {@link TrainingSession#step}, for every trainable parameter
 * @param augment whether training images are cropped and flipped at random
 * @param seed of initial weights, order and augmentation
 */
public record TrainingOptions(
    int epochs,
    int batchSize,
    int testBatchSize,
    LearningRate learningRate,
    double momentum,
    double weightDecay,
    boolean augment,
    long seed,
    Precision precision,
    Device device) {
  public static final int EPOCHS_DEFAULT = 180;
  public static final int BATCH_SIZE_DEFAULT = 128;
  public static final int TEST_BATCH_SIZE_DEFAULT = 256;
  public static final double LEARNING_RATE_DEFAULT = 0.1;
  public static final double MOMENTUM_DEFAULT = 0.9;
  public static final double WEIGHT_DECAY_DEFAULT = 5e-4;
  public static final long SEED_DEFAULT = 1;
}
