package dev.hesse.benchmarks;

import dev.hesse.hessian.Device;
import dev.hesse.io.data.Batch;
import dev.hesse.models.Precision;
import dev.hesse.models.ResNetConfig;
import dev.hesse.models.ResNetConfig.Shortcut;
import dev.hesse.train.Initialization;
import dev.hesse.train.TrainingOptions;
import dev.hesse.train.TrainingSession;

/**
 * Times training steps of a ResNet with fresh weights on one random batch, each from the images in
 * Java to the loss in Java, and prints the line {@code step seconds…}.
 *
 * <p>Arguments: depth, batch, repeats.
 */
public final class TrainBenchmark {
  private static final int WARM_UP = 3;

  private TrainBenchmark() {}

  public static void main(String[] args) {
    ResNetConfig config =
        new ResNetConfig(Integer.parseInt(args[0]), 16, 10, true, true, Shortcut.B);
    Batch batch = RandomNetwork.batch(Integer.parseInt(args[1]));
    int repeats = Integer.parseInt(args[2]);
    try (TrainingSession session =
        new TrainingSession(
            Initialization.draw(config, 1),
            TrainingOptions.MOMENTUM_DEFAULT,
            TrainingOptions.WEIGHT_DECAY_DEFAULT,
            Precision.FLOAT32,
            Device.CPU)) {
      for (int i = 0; i < WARM_UP; i++) {
        session.step(batch, TrainingOptions.LEARNING_RATE_DEFAULT);
      }
      System.out.print("step");
      for (int i = 0; i < repeats; i++) {
        long begin = System.nanoTime();
        session.step(batch, TrainingOptions.LEARNING_RATE_DEFAULT);
        System.out.printf(" %.5f", (System.nanoTime() - begin) * 1e-9);
      }
      System.out.println();
    }
  }
}
