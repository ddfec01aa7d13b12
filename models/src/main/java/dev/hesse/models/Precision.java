package dev.hesse.models;

import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** The arithmetic that a graph computes in. */
public enum Precision {
  FLOAT32(TFloat32.class, DataType.DT_FLOAT, Float.BYTES, 0x1p-24),
  FLOAT64(TFloat64.class, DataType.DT_DOUBLE, Double.BYTES, 0x1p-53);

  private final Class<? extends TNumber> type;
  private final DataType dataType;
  private final int bytes;
  private final double unitRoundoff;

  Precision(Class<? extends TNumber> type, DataType dataType, int bytes, double unitRoundoff) {
    this.type = type;
    this.dataType = dataType;
    this.bytes = bytes;
    this.unitRoundoff = unitRoundoff;
  }

  public Class<? extends TNumber> type() {
    return type;
  }

  public DataType dataType() {
    return dataType;
  }

  /** Bytes per number. */
  public int bytes() {
    return bytes;
  }

  /** Half the distance from 1 to the next larger number. */
  public double unitRoundoff() {
    return unitRoundoff;
  }
}
