package dev.hesse.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How long the speed measurements may take and how much they measure.
 *
 * @param budget no round starts that would end after it
 * @param rounds at most
 * @param batches of ResNet20
 * @param deepBatches of ResNet56, for which PyTorch takes about 3.5 GB for every 100 images
 * @param parameterBatch images of the products of networks of several sizes
 * @param blocks numbers of vectors
 * @param blockBatch images of the products of blocks
 * @param images numbers of images in mini-batches of 200, all kept
 * @param unkeptImages the same, none kept
 * @param analyzed images of whole analyses
 */
record SpeedSize(
    Duration budget,
    int rounds,
    List<Integer> batches,
    List<Integer> deepBatches,
    int parameterBatch,
    List<Integer> blocks,
    int blockBatch,
    List<Integer> images,
    List<Integer> unkeptImages,
    int analyzed) {

  /** By its name: quick, full, or smoke, which takes seconds and shows only that all runs. */
  static SpeedSize of(String name) {
    return switch (name) {
      case "quick" ->
          new SpeedSize(
              Duration.ofMinutes(9),
              3,
              List.of(25, 200),
              List.of(),
              25,
              List.of(1, 8, 32),
              50,
              List.of(200, 400),
              List.of(400),
              50);
      case "full" ->
          new SpeedSize(
              Duration.ofMinutes(65),
              5,
              List.of(25, 100, 200, 500, 1000),
              List.of(25, 200, 400),
              100,
              List.of(1, 2, 4, 8, 16, 32),
              200,
              List.of(200, 400, 1000, 2000),
              List.of(400, 2000),
              200);
      case "smoke" ->
          new SpeedSize(
              Duration.ZERO,
              1,
              List.of(4),
              List.of(),
              4,
              List.of(1, 2),
              4,
              List.of(200),
              List.of(),
              10);
      default -> throw new IllegalArgumentException("expected quick or full, got " + name);
    };
  }
}
