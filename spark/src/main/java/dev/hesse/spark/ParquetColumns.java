package dev.hesse.spark;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/**
 * The two columns of a Parquet file that are read.
 *
 * @param image bytes, or a list of numbers in two or three levels
 * @param label integers
 */
record ParquetColumns(MessageType schema, ColumnDescriptor image, ColumnDescriptor label) {
  private static final String IMAGE = "image";
  private static final String LABEL = "label";

  /**
   * Finds them.
   *
   * @throws BadInputException if one is not there, or of another type
   */
  static ParquetColumns of(Path file, MessageType schema) {
    ColumnDescriptor image = leaf(file, schema, IMAGE);
    ColumnDescriptor label = leaf(file, schema, LABEL);
    requireImages(file, image);
    if (label.getMaxRepetitionLevel() > 0 || !isInteger(label.getPrimitiveType())) {
      throw new BadInputException(
          "%s: column %s holds %s, not integers".formatted(file, LABEL, described(label)),
          "Number the classes from 0, for example with SQL's CAST(label AS INT)");
    }
    return new ParquetColumns(schema, image, label);
  }

  private static ColumnDescriptor leaf(Path file, MessageType schema, String name) {
    if (!schema.containsField(name)) {
      throw new BadInputException(
          "%s: there is no column %s among %s"
              .formatted(
                  file,
                  name,
                  schema.getFields().stream()
                      .map(field -> quote(field.getName()))
                      .collect(Collectors.joining(", "))),
          "Give a column image with bytes or numbers and a column label with classes");
    }
    List<ColumnDescriptor> leaves = only(schema, name).getColumns();
    ColumnDescriptor leaf = leaves.get(0);
    if (leaves.size() > 1 || (leaf.getMaxRepetitionLevel() == 0 && leaf.getPath().length > 1)) {
      throw new BadInputException(
          "%s: column %s is a structure of %s"
              .formatted(
                  file,
                  name,
                  leaves.stream()
                      .map(column -> quote(String.join(".", column.getPath())))
                      .collect(Collectors.joining(", "))),
          "Select the field that is meant, for example with SQL's SELECT image.pixels AS image");
    }
    return leaf;
  }

  private static void requireImages(Path file, ColumnDescriptor image) {
    if (image.getMaxRepetitionLevel() > 1) {
      throw new BadInputException(
          "%s: column %s holds lists within lists".formatted(file, IMAGE),
          "Flatten each image to one list, row by row with the channels of a pixel together");
    }
    PrimitiveType type = image.getPrimitiveType();
    boolean known =
        image.getMaxRepetitionLevel() == 0
            ? isBinary(type) && type.getLogicalTypeAnnotation() == null
            : isInteger(type)
                || type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.FLOAT
                || type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.DOUBLE;
    if (!known) {
      throw new BadInputException(
          "%s: column %s holds %s, neither bytes nor lists of numbers"
              .formatted(file, IMAGE, described(image)),
          "Store each image's pixels as binary, or as an array of float");
    }
  }

  private static boolean isBinary(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BINARY, FIXED_LEN_BYTE_ARRAY -> true;
      default -> false;
    };
  }

  private static boolean isInteger(PrimitiveType type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    boolean plain =
        meaning == null || meaning instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation;
    return switch (type.getPrimitiveTypeName()) {
      case INT32, INT64 -> plain;
      default -> false;
    };
  }

  private static String described(ColumnDescriptor column) {
    PrimitiveType type = column.getPrimitiveType();
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    return "%s%s%s"
        .formatted(
            column.getMaxRepetitionLevel() > 0 ? "lists of " : "",
            type.getPrimitiveTypeName(),
            meaning == null ? "" : " (%s)".formatted(meaning));
  }

  /** A schema with one of the columns alone. */
  MessageType only(ColumnDescriptor column) {
    return only(schema, column.getPath()[0]);
  }

  private static MessageType only(MessageType schema, String name) {
    Type field = schema.getType(name);
    return new MessageType(schema.getName(), field);
  }
}
