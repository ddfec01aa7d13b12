package dev.hesse.train;

import java.util.List;

/** The learning rate η of each epoch. */
public sealed interface LearningRate {

  /**
   * η in an epoch.
   *
   * @param epoch from 1
   */
  double at(int epoch);

  /**
   * η₀·γᵏ, with k the number of milestones that are completed epochs: PyTorch's {@code
   * MultiStepLR}.
   *
   * @param initial η₀
   * @param factor γ
   * @param milestones epochs after which η falls
   */
  record Steps(double initial, double factor, List<Integer> milestones) implements LearningRate {
    public Steps {
      milestones = List.copyOf(milestones);
      requirePositive(initial);
      if (!(factor > 0 && Double.isFinite(factor))) {
        throw new IllegalArgumentException("expected a finite factor above 0, got " + factor);
      }
    }

    @Override
    public double at(int epoch) {
      double passed = milestones.stream().filter(milestone -> milestone < epoch).count();
      return initial * Math.pow(factor, passed);
    }
  }

  /**
   * η₀·(1 + cos(π(e − 1)/E))/2 in epoch e of E: PyTorch's {@code CosineAnnealingLR} without
   * restarts (Loshchilov and Hutter, <i>SGDR</i>, ICLR 2017).
   *
   * @param initial η₀
   * @param epochs E
   */
  record Cosine(double initial, int epochs) implements LearningRate {
    public Cosine {
      requirePositive(initial);
      if (epochs < 1) {
        throw new IllegalArgumentException("expected at least 1 epoch, got " + epochs);
      }
    }

    @Override
    public double at(int epoch) {
      return initial * (1 + StrictMath.cos(Math.PI * (epoch - 1) / epochs)) / 2;
    }
  }

  private static void requirePositive(double initial) {
    if (!(initial > 0 && Double.isFinite(initial))) {
      throw new IllegalArgumentException("expected a finite learning rate above 0, got " + initial);
    }
  }
}
