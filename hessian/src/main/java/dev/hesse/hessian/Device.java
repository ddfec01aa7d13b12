package dev.hesse.hessian;

import org.tensorflow.proto.ConfigProto;

/** Where sessions run. */
public enum Device {
  CPU,
  GPU;

  /** The session configuration that keeps all computation on this device. */
  ConfigProto sessionConfig() {
    ConfigProto.Builder config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
    if (this == CPU) {
      config.putDeviceCount("GPU", 0);
    } else {
      config.getGpuOptionsBuilder().setAllowGrowth(true);
    }
    return config.build();
  }
}
