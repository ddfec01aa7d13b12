package dev.hesse.models.savedmodel;

import static dev.hesse.io.BadInputException.quote;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.tfrecord.RecordFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.TensorProto;

/**
 * The requests that a model brings along for a server to warm up with: {@code
 * assets.extra/tf_serving_warmup_requests}, a record file of TensorFlow Serving's {@code
 * PredictionLog} messages, of which predictions are read.
 *
 * <p>Field numbers are those of {@code prediction_log.proto} and {@code predict.proto} in
 * TensorFlow Serving, whose classes TensorFlow Java does not have.
 */
final class WarmupRequests {
  private static final Path FILE = Path.of("assets.extra", "tf_serving_warmup_requests");
  private static final int PREDICT_LOG = 6;
  private static final int REQUEST = 1;
  private static final int MODEL_SPEC = 1;
  private static final int SIGNATURE_NAME = 3;
  private static final int INPUTS = 2;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private WarmupRequests() {}

  /**
   * The inputs of all requests to a signature, one request after the other along the first
   * dimension.
   *
   * @param folder the model's version folder
   * @throws BadInputException if there are none, the file is damaged, or requests do not go
   *     together
   */
  static Map<String, DataArray> read(Path folder, String signature) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      throw new BadInputException(
          "%s has no requests of its own: there is no %s".formatted(folder, FILE),
          "Give data as npy or npz files");
    }
    Map<String, List<DataArray>> parts = new LinkedHashMap<>();
    List<ByteBuffer> records = RecordFile.read(file);
    int used = 0;
    long warranted = Constant.MAX_REPEATED + Files.size(file);
    for (int i = 0; i < records.size(); i++) {
      try {
        Map<String, DataArray> request = request(records.get(i), signature);
        if (!request.isEmpty()) {
          used++;
        }
        for (DataArray array : request.values()) {
          warranted -= StoredTensor.elementCount(array.shape());
        }
        if (warranted < 0) {
          throw BadInputException.damaged("more elements than a file of this size may hold");
        }
        request.forEach(
            (name, array) -> parts.computeIfAbsent(name, n -> new ArrayList<>()).add(array));
      } catch (InvalidProtocolBufferException e) {
        throw BadInputException.damaged("record %d is no PredictionLog".formatted(i))
            .in(file.toString());
      } catch (BadInputException e) {
        throw e.in("%s: record %d".formatted(file, i));
      }
    }
    return joined(file, signature, parts, used);
  }

  private static Map<String, DataArray> joined(
      Path file, String signature, Map<String, List<DataArray>> parts, int requests) {
    if (parts.isEmpty()) {
      throw new BadInputException(
          "%s has no prediction requests to signature %s".formatted(file, quote(signature)),
          "Give data as npy or npz files, or name another --signature");
    }
    Map<String, DataArray> inputs = new LinkedHashMap<>();
    parts.forEach(
        (name, arrays) -> {
          if (arrays.size() != requests) {
            throw new BadInputException(
                "%s: input %s is in %d of %d requests"
                    .formatted(file, quote(name), arrays.size(), requests),
                "Give data as npy or npz files");
          }
          try {
            inputs.put(name, DataArray.concatenated(arrays));
          } catch (BadInputException e) {
            throw e.in("%s: input %s".formatted(file, quote(name)));
          }
        });
    return inputs;
  }

  /** A request's inputs; empty if it is to another signature, or no prediction. */
  private static Map<String, DataArray> request(ByteBuffer record, String signature)
      throws InvalidProtocolBufferException {
    Map<String, DataArray> inputs = new LinkedHashMap<>();
    UnknownFieldSet log = UnknownFieldSet.parseFrom(ByteString.copyFrom(record));
    for (ByteString predict : log.getField(PREDICT_LOG).getLengthDelimitedList()) {
      for (ByteString bytes : within(predict, REQUEST)) {
        UnknownFieldSet request = UnknownFieldSet.parseFrom(bytes);
        String to = SignatureTensors.DEFAULT;
        for (ByteString spec : request.getField(MODEL_SPEC).getLengthDelimitedList()) {
          for (ByteString name : within(spec, SIGNATURE_NAME)) {
            to = name.isEmpty() ? to : name.toStringUtf8();
          }
        }
        if (to.equals(signature)) {
          for (ByteString entry : request.getField(INPUTS).getLengthDelimitedList()) {
            inputs.put(last(entry, KEY).toStringUtf8(), array(last(entry, VALUE)));
          }
        }
      }
    }
    return inputs;
  }

  private static List<ByteString> within(ByteString message, int field)
      throws InvalidProtocolBufferException {
    return UnknownFieldSet.parseFrom(message).getField(field).getLengthDelimitedList();
  }

  private static ByteString last(ByteString message, int number)
      throws InvalidProtocolBufferException {
    Field field = UnknownFieldSet.parseFrom(message).getField(number);
    List<ByteString> values = field.getLengthDelimitedList();
    return values.isEmpty() ? ByteString.EMPTY : values.get(values.size() - 1);
  }

  private static DataArray array(ByteString tensor) throws InvalidProtocolBufferException {
    return Constant.array(TensorProto.parseFrom(tensor));
  }
}
