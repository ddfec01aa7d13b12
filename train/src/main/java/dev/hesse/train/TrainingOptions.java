package dev.hesse.train;

import dev.hesse.hessian.Device;
import dev.hesse.models.Precision;
import java.util.List;

/**
 * How a network is trained: stochastic gradient descent as {@link TrainingSession#step} takes it.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per step
 * @param testBatchSize examples at once when testing
 * @param learningRate η of each epoch
 * @param momentum μ, from 0 and below 1
 * @param weightDecay λ from 0, for every trainable parameter
 * @param augment whether training images are cropped and flipped at random
 * @param seed of initial weights, order and augmentation
 * @param precision of the network's arithmetic
 * @param device where the steps are taken
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
  public static final double DECAY_DEFAULT = 0.1;
  public static final List<Integer> DECAY_EPOCHS_DEFAULT = List.of(80, 120);
  public static final double MOMENTUM_DEFAULT = 0.9;
  public static final double WEIGHT_DECAY_DEFAULT = 5e-4;
  public static final long SEED_DEFAULT = 1;

  /** As the training script of PyHessian trains by default, on the CPU. */
  public static final TrainingOptions DEFAULT = new Builder().build();

  public TrainingOptions {
    requireAtLeast(1, "epochs", epochs);
    requireAtLeast(1, "batchSize", batchSize);
    requireAtLeast(1, "testBatchSize", testBatchSize);
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("expected a momentum from 0 below 1, got " + momentum);
    }
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException("expected a finite weightDecay ≥ 0, got " + weightDecay);
    }
  }

  private static void requireAtLeast(int least, String name, int actual) {
    if (actual < least) {
      throw new IllegalArgumentException(
          "expected %s of at least %d, got %d".formatted(name, least, actual));
    }
  }

  /** Starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what shall differ from {@link TrainingOptions#DEFAULT}. */
  public static final class Builder {
    private int epochs = EPOCHS_DEFAULT;
    private int batchSize = BATCH_SIZE_DEFAULT;
    private int testBatchSize = TEST_BATCH_SIZE_DEFAULT;
    private LearningRate learningRate =
        new LearningRate.Steps(LEARNING_RATE_DEFAULT, DECAY_DEFAULT, DECAY_EPOCHS_DEFAULT);
    private double momentum = MOMENTUM_DEFAULT;
    private double weightDecay = WEIGHT_DECAY_DEFAULT;
    private boolean augment = true;
    private long seed = SEED_DEFAULT;
    private Precision precision = Precision.FLOAT32;
    private Device device = Device.CPU;

    private Builder() {}

    public Builder epochs(int epochs) {
      this.epochs = epochs;
      return this;
    }

    public Builder batchSize(int batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    public Builder testBatchSize(int testBatchSize) {
      this.testBatchSize = testBatchSize;
      return this;
    }

    public Builder learningRate(LearningRate learningRate) {
      this.learningRate = learningRate;
      return this;
    }

    public Builder momentum(double momentum) {
      this.momentum = momentum;
      return this;
    }

    public Builder weightDecay(double weightDecay) {
      this.weightDecay = weightDecay;
      return this;
    }

    public Builder augment(boolean augment) {
      this.augment = augment;
      return this;
    }

    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public Builder precision(Precision precision) {
      this.precision = precision;
      return this;
    }

    public Builder device(Device device) {
      this.device = device;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public TrainingOptions build() {
      return new TrainingOptions(
          epochs,
          batchSize,
          testBatchSize,
          learningRate,
          momentum,
          weightDecay,
          augment,
          seed,
          precision,
          device);
    }
  }
}
