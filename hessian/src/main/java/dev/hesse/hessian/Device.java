package dev.hesse.hessian;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RewriterConfig;

/** Where sessions run. */
public enum Device {
  CPU,
  GPU;

  /**
   * Of this many nodes, a graph is taken as it is: TensorFlow's optimisation of it would take
   * longer than it can save. An LSTM of 336 steps, 5,800 nodes and 20 times as many with a product,
   * needed 19 of 43 seconds for it, and its products took the same time without.
   */
  private static final int LARGE_GRAPH = 5000;

  /** As {@link #sessionConfig(int)}, for a graph of ordinary size. */
  public ConfigProto sessionConfig() {
    return sessionConfig(0);
  }

  /**
   * The session configuration that keeps all computation on this device.
   *
   * @param nodes of the graph before derivatives are added
   */
  public ConfigProto sessionConfig(int nodes) {
    ConfigProto.Builder config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
    if (this == CPU) {
      config.putDeviceCount("GPU", 0);
    } else {
      config.getGpuOptionsBuilder().setAllowGrowth(true);
    }
    // Left on, it turns each sum of three tensors into a chain of assignments, at twice the
    // traffic.
    config
        .getGraphOptionsBuilder()
        .getRewriteOptionsBuilder()
        .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
        .setDisableMetaOptimizer(nodes >= LARGE_GRAPH);
    return config.build();
  }
}
