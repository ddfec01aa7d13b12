package dev.hesse.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a training run writes, where and how often.
 *
 * @param folder exists and can be written
 * @param settings kept with the state, for whoever continues the run
 * @param saveEvery how many epochs lie between two checkpoints that stay; 0 for none
 * @param tensorBoard folder for event files, if they are wanted
 * @param stateInterval how much work a kill may lose at most; a step more
 */
public record RunFiles(
    Path folder,
    Map<String, String> settings,
    int saveEvery,
    Optional<Path> tensorBoard,
    Duration stateInterval) {

  public static final Duration STATE_INTERVAL_DEFAULT = Duration.ofMinutes(1);

  private static final Pattern LEFT_BY_A_RUN =
      Pattern.compile("net(-epoch-\\d+)?\\.pt|training\\.(json|svg|pdf)|state\\.safetensors");

  public RunFiles {
    settings = Map.copyOf(settings);
    if (saveEvery < 0) {
      throw new IllegalArgumentException("expected saveEvery ≥ 0, got " + saveEvery);
    }
  }

  /** The state, the log and nothing else. */
  public static RunFiles in(Path folder) {
    return new RunFiles(folder, Map.of(), 0, Optional.empty(), STATE_INTERVAL_DEFAULT);
  }

  /** The log of the run in a folder. */
  public static Path log(Path folder) {
    return folder.resolve("training.json");
  }

  /** The network after the last epoch of the run in a folder, as a PyTorch checkpoint. */
  public static Path checkpoint(Path folder) {
    return folder.resolve("net.pt");
  }

  Path log() {
    return log(folder);
  }

  Path checkpoint() {
    return checkpoint(folder);
  }

  /** The checkpoint that stays after an epoch, if one does. */
  Optional<Path> checkpointOf(int epoch) {
    return saveEvery > 0 && epoch % saveEvery == 0
        ? Optional.of(folder.resolve("net-epoch-%03d.pt".formatted(epoch)))
        : Optional.empty();
  }

  /**
   * Removes what an earlier run left in the folder, so that nothing of it passes for this one's.
   */
  void clear() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (LEFT_BY_A_RUN.matcher(file.getFileName().toString()).matches()) {
          Files.delete(file);
        }
      }
    }
  }
}
