package dev.hesse.io.safetensors;

import static dev.hesse.io.BadInputException.damaged;
import static dev.hesse.io.BadInputException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hesse.io.BadInputException;
import dev.hesse.io.DType;
import dev.hesse.io.StridedLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file: an object of tensors, each {@code {"dtype", "shape",
 * "data_offsets"}}, and at most one {@code __metadata__} object of strings. Read as a stream;
 * duplicate keys, unknown fields, fractions, negative and too large numbers are refused.
 */
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";

  /** The names of element types in the file. */
  static final Map<String, DType> DTYPES =
      Map.ofEntries(
          Map.entry("F16", DType.FLOAT16),
          Map.entry("BF16", DType.BFLOAT16),
          Map.entry("F32", DType.FLOAT32),
          Map.entry("F64", DType.FLOAT64),
          Map.entry("I8", DType.INT8),
          Map.entry("I16", DType.INT16),
          Map.entry("I32", DType.INT32),
          Map.entry("I64", DType.INT64),
          Map.entry("U8", DType.UINT8),
          Map.entry("U16", DType.UINT16),
          Map.entry("U32", DType.UINT32),
          Map.entry("U64", DType.UINT64),
          Map.entry("BOOL", DType.BOOL));

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // No table of names outlives the file or fails on names that collide.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(3).maxNumberLength(19).build())
          .build();

  /** Tensors and metadata together. Each takes hundreds of bytes, however short its text. */
  private static final int MAX_ENTRIES = 250_000;

  /** Where a tensor lies in the data that follows the header. */
  record Entry(DType dtype, StridedLayout layout, long begin, long end) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsHeader() {}

  static SafetensorsHeader parse(ByteBuffer utf8) throws IOException {
    SafetensorsHeader header = new SafetensorsHeader();
    try {
      CharBuffer json = StandardCharsets.UTF_8.newDecoder().decode(utf8);
      try (JsonParser parser = JSON.createParser(json.array(), 0, json.length())) {
        header.readObject(parser);
      }
    } catch (CharacterCodingException e) {
      throw damaged("the header is not UTF-8");
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          "the header is not the JSON that it should be: " + oneLine(e.getOriginalMessage()),
          "The file is damaged or was made to mislead: get it again from its source",
          e);
    }
    return header;
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "no details" : quote(message);
  }

  /** The tensors in the header's order. */
  Map<String, Entry> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void readObject(JsonParser in) throws IOException {
    expect(in.nextToken(), JsonToken.START_OBJECT, "the header");
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      checkCount();
      String name = in.currentName();
      if (name.equals(METADATA)) {
        readMetadata(in);
      } else {
        try {
          entries.put(name, readEntry(in));
        } catch (BadInputException e) {
          throw e.in("tensor " + quote(name));
        }
      }
    }
    expect(in.currentToken(), JsonToken.END_OBJECT, "the header");
    if (in.nextToken() != null) {
      throw damaged("something follows the header's JSON object");
    }
  }

  private void readMetadata(JsonParser in) throws IOException {
    expect(in.nextToken(), JsonToken.START_OBJECT, METADATA);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      checkCount();
      String key = in.currentName();
      expect(in.nextToken(), JsonToken.VALUE_STRING, METADATA);
      metadata.put(key, in.getText());
    }
  }

  private void checkCount() {
    if (entries.size() + metadata.size() >= MAX_ENTRIES) {
      throw damaged("more than %d tensors and facts in the header".formatted(MAX_ENTRIES));
    }
  }

  private static Entry readEntry(JsonParser in) throws IOException {
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    expect(in.nextToken(), JsonToken.START_OBJECT, "its description");
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      switch (in.currentName()) {
        case "dtype" -> dtype = readDType(in);
        case "shape" -> shape = readNumbers(in, StridedLayout.MAX_RANK);
        case "data_offsets" -> offsets = readNumbers(in, 2);
        default -> throw damaged("unknown field %s".formatted(quote(in.currentName())));
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
      throw damaged("not all of dtype, shape and two data_offsets are there");
    }
    return new Entry(dtype, StridedLayout.rowMajor(shape), offsets[0], offsets[1]);
  }

  private static DType readDType(JsonParser in) throws IOException {
    expect(in.nextToken(), JsonToken.VALUE_STRING, "dtype");
    DType dtype = DTYPES.get(in.getText());
    if (dtype == null) {
      throw new BadInputException(
          "elements of type %s are not read, only %s"
              .formatted(quote(in.getText()), DTYPES.keySet().stream().sorted().toList()),
          "Convert the tensor to one of these types and save it again");
    }
    return dtype;
  }

  private static long[] readNumbers(JsonParser in, int most) throws IOException {
    expect(in.nextToken(), JsonToken.START_ARRAY, "shape or data_offsets");
    long[] numbers = new long[most];
    int count = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(in.currentToken(), JsonToken.VALUE_NUMBER_INT, "shape or data_offsets");
      if (count == most) {
        throw damaged("more than %d numbers in shape or data_offsets".formatted(most));
      }
      numbers[count] = in.getLongValue();
      if (numbers[count++] < 0) {
        throw damaged("a negative number in shape or data_offsets");
      }
    }
    return Arrays.copyOf(numbers, count);
  }

  private static void expect(@Nullable JsonToken actual, JsonToken expected, String where) {
    if (actual != expected) {
      Object found = actual == null ? "nothing" : actual;
      throw damaged("%s has %s where %s belongs".formatted(where, found, expected));
    }
  }

  /** The file's name of an element type. */
  static String nameOf(DType dtype) {
    Map<DType, String> names = new HashMap<>();
    DTYPES.forEach((name, type) -> names.put(type, name));
    String name = names.get(dtype);
    if (name == null) {
      throw new IllegalStateException("safetensors has no name for " + dtype);
    }
    return name;
  }
}
