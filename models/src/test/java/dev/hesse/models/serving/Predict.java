package dev.hesse.models.serving;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * A program that knows TensorFlow but nothing of this project: {@code Predict MODEL IMAGES OUT
 * CLASSES SIZE...} runs the first SIZE images of a file through the model, for each SIZE, and
 * appends logits, probabilities and classes to a file, all little-endian.
 */
final class Predict {
  private static final int PIXELS = 32 * 32 * 3;

  private Predict() {}

  public static void main(String[] args) throws IOException {
    byte[] images = Files.readAllBytes(Path.of(args[1]));
    int classes = Integer.parseInt(args[3]);
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    try (SavedModelBundle model = SavedModelBundle.load(args[0], "serve")) {
      DataType type =
          model
              .metaGraphDef()
              .getSignatureDefOrThrow("serving_default")
              .getInputsOrThrow("images")
              .getDtype();
      for (int i = 4; i < args.length; i++) {
        int size = Integer.parseInt(args[i]);
        try (Tensor input = input(images, size, type);
            Result result = model.call(Map.of("images", input))) {
          for (String name : new String[] {"logits", "probabilities"}) {
            float[] values = new float[size * classes];
            ((TFloat32) result.get(name).orElseThrow())
                .copyTo(DataBuffers.of(values, false, false));
            for (float value : values) {
              out.putFloat(value);
            }
          }
          TInt64 likeliest = (TInt64) result.get("class").orElseThrow();
          for (int k = 0; k < size; k++) {
            out.putLong(likeliest.getLong(k));
          }
        }
      }
    }
    byte[] content = new byte[out.position()];
    out.flip().get(content);
    Files.write(Path.of(args[2]), content);
  }

  private static Tensor input(byte[] images, int size, DataType type) {
    Shape shape = Shape.of(size, 32, 32, 3);
    if (type == DataType.DT_UINT8) {
      byte[] pixels = java.util.Arrays.copyOf(images, size * PIXELS);
      return TUint8.tensorOf(shape, DataBuffers.of(pixels, true, false));
    }
    float[] pixels = new float[size * PIXELS];
    ByteBuffer.wrap(images).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(pixels);
    return TFloat32.tensorOf(shape, DataBuffers.of(pixels));
  }
}
