import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code dev.hesse.models.serving.Predict} for float images, with DJL in place of TensorFlow Java. */
public final class DjlPredict {
  private static final int PIXELS = 32 * 32 * 3;

  public static void main(String[] args) throws Exception {
    byte[] images = Files.readAllBytes(Path.of(args[1]));
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Object> options =
        Map.of("Tags", new String[] {"serve"}, "SignatureDefKey", "serving_default");
    try (Model model = Model.newInstance("model", "TensorFlow")) {
      model.load(Path.of(args[0]), null, options);
      for (int i = 4; i < args.length; i++) {
        int size = Integer.parseInt(args[i]);
        float[] pixels = new float[size * PIXELS];
        ByteBuffer.wrap(images).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(pixels);
        try (NDManager manager = model.getNDManager().newSubManager();
            Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
          NDArray input = manager.create(pixels, new Shape(size, 32, 32, 3));
          input.setName("images");
          NDList result = predictor.predict(new NDList(input));
          for (float value : result.get("logits").toFloatArray()) {
            out.putFloat(value);
          }
          for (float value : result.get("probabilities").toFloatArray()) {
            out.putFloat(value);
          }
          for (long value : result.get("class").toLongArray()) {
            out.putLong(value);
          }
        }
      }
    }
    byte[] content = new byte[out.position()];
    out.flip().get(content);
    Files.write(Path.of(args[2]), content);
  }
}
