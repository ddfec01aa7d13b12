package dev.hesse.models.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hesse.io.BadInputException;
import dev.hesse.io.StoredTensor;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

class ConstantTest {

  private static TensorProto.Builder floats(long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDimBuilder().setSize(size);
    }
    return TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(dimensions);
  }

  @Test
  void theLastListedNumberIsRepeated() {
    TensorProto tensor = floats(2, 2).addFloatVal(1).addFloatVal(2).build();
    assertThat(Constant.floating(tensor).toDoubles()).containsExactly(1, 2, 2, 2);
    assertThat(Constant.floating(floats(2).build()).toDoubles()).containsExactly(0, 0);
  }

  @Test
  void aNodeHoldsItsNumbersPacked() {
    StoredTensor value = StoredTensor.of(new long[] {3}, new float[] {1, -2, 3});
    TensorProto tensor =
        Constant.node("c", DataType.DT_FLOAT, value).getAttrOrThrow("value").getTensor();
    assertThat(Constant.floating(tensor).toDoubles()).containsExactly(1, -2, 3);
  }

  @Test
  void whatDoesNotFitItsShapeIsDamage() {
    refused(floats(3).setTensorContent(ByteString.copyFrom(new byte[8])), "3 elements in 8 bytes");
    refused(floats(-1), "a constant of shape [-1]");
    refused(floats(1L << 40, 1L << 40), "a constant of shape");
    refused(floats(1 << 28).addFloatVal(1), "268435456 elements, of which the file holds 1");
  }

  private static void refused(TensorProto.Builder tensor, String message) {
    assertThatThrownBy(() -> Constant.floating(tensor.build()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
