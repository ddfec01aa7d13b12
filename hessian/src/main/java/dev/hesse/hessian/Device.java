package dev.hesse.hessian;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RewriterConfig;

/** Where sessions run. */
public enum Device {
  CPU,
  GPU;

  /** The session configuration that keeps all computation on this device. */
  public ConfigProto sessionConfig() {
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
        .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT);
    return config.build();
  }
}
