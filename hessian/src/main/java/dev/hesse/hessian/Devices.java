package dev.hesse.hessian;

import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** What TensorFlow can compute on here. */
public final class Devices {
  private static final String GPU_LIBRARY =
      "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2";

  private Devices() {}

  /** Whether the native library on the class path is the one for GPUs. */
  public static boolean gpuBuild() {
    return TensorFlow.class.getResource(GPU_LIBRARY) != null;
  }

  /** Whether a GPU can be used, found out by an addition on it; false at once in a CPU build. */
  public static boolean gpuAvailable() {
    if (!gpuBuild()) {
      return false;
    }
    try {
      return add(DeviceSpec.DeviceType.GPU) == 2;
    } catch (TFInvalidArgumentException | TensorFlowException e) {
      return false;
    }
  }

  /** Whether TensorFlow computes at all, found out by an addition on the CPU. */
  public static boolean cpuAvailable() {
    return add(DeviceSpec.DeviceType.CPU) == 2;
  }

  private static float add(DeviceSpec.DeviceType type) {
    DeviceSpec device = DeviceSpec.newBuilder().deviceType(type).deviceIndex(0).build();
    ConfigProto there = ConfigProto.newBuilder().setAllowSoftPlacement(false).build();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph).withDevice(device);
      Operand<TFloat32> sum = tf.math.add(tf.constant(1f), tf.constant(1f));
      try (Session session = new Session(graph, there);
          Result result = session.runner().fetch(sum).run()) {
        return ((TFloat32) result.get(0)).getFloat();
      }
    }
  }
}
