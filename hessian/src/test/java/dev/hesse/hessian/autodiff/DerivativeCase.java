package dev.hesse.hessian.autodiff;

import dev.hesse.models.Constants;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TNumber;

/**
 * A function to differentiate and where.
 *
 * @param name begins with the type of operation that it is for
 * @param function in any precision
 * @param reference the same function for double precision; null if {@code function} has kernels for
 *     that
 * @param low with {@code high}, the range of the inputs; normally distributed if they are equal
 * @param shapes of the inputs
 */
record DerivativeCase(
    String name,
    Function function,
    @Nullable Function reference,
    double low,
    double high,
    List<Shape> shapes) {

  /** y = f(x₁, …, xₘ). */
  interface Function {
    Operand<TNumber> apply(Ops tf, List<Operand<TNumber>> inputs);
  }

  /** y = f(x). */
  interface OfOne {
    Operand<TNumber> apply(Ops tf, Operand<TNumber> input);
  }

  /** y = f(a, b). */
  interface OfTwo {
    Operand<TNumber> apply(Ops tf, Operand<TNumber> first, Operand<TNumber> second);
  }

  static DerivativeCase of(String name, Function function, Shape... shapes) {
    return new DerivativeCase(name, function, null, 0, 0, List.of(shapes));
  }

  static DerivativeCase of(String name, OfOne function, Shape shape) {
    Function ofFirst = (tf, x) -> function.apply(tf, x.get(0));
    return of(name, ofFirst, new Shape[] {shape});
  }

  static DerivativeCase of(String name, OfTwo function, Shape first, Shape second) {
    return of(name, (tf, x) -> function.apply(tf, x.get(0), x.get(1)), first, second);
  }

  /** The same with inputs between two numbers. */
  DerivativeCase in(double lowest, double highest) {
    return new DerivativeCase(name, function, reference, lowest, highest, shapes);
  }

  /** A case that TensorFlow has no kernels for in double precision, with one for comparison. */
  DerivativeCase inSinglePrecisionLike(Function other) {
    return new DerivativeCase(name, function, other, low, high, shapes);
  }

  /** The function to evaluate in double precision. */
  Function inDouble() {
    return reference == null ? function : reference;
  }

  /** Points, one per input, and directions in their shapes; numbers of single precision. */
  List<double[]> points(Random random) {
    List<double[]> points = new ArrayList<>();
    for (Shape shape : shapes) {
      double[] point = gaussian(random, shape);
      for (int i = 0; low < high && i < point.length; i++) {
        point[i] = (float) (low + (high - low) * random.nextDouble());
      }
      points.add(point);
    }
    return points;
  }

  static double[] gaussian(Random random, Shape shape) {
    double[] values = new double[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  List<Output<TNumber>> placeholders(Ops tf, Class<TNumber> type) {
    List<Output<TNumber>> placeholders = new ArrayList<>();
    for (Shape shape : shapes) {
      placeholders.add(tf.placeholder(type, Placeholder.shape(shape)).asOutput());
    }
    return placeholders;
  }

  static Shape shape(long... dimensions) {
    return Shape.of(dimensions);
  }

  /** A number of the type that x has. */
  static Operand<TNumber> number(Ops tf, Operand<TNumber> x, double value) {
    return Constants.scalar(tf, x.type(), value);
  }

  static Operand<?> ints(Ops tf, int... values) {
    return tf.constant(values);
  }

  /** An operation by its name in TensorFlow. */
  static Operand<TNumber> raw(Ops tf, String type, Operand<?>... inputs) {
    return raw(tf, type, builder -> {}, inputs);
  }

  /** An operation by its name in TensorFlow, with attributes. */
  static Operand<TNumber> raw(
      Ops tf, String type, Consumer<OperationBuilder> attributes, Operand<?>... inputs) {
    OperationBuilder builder =
        tf.scope().env().opBuilder(type, tf.scope().makeOpName(type), tf.scope());
    for (Operand<?> input : inputs) {
      builder.addInput(input.asOutput());
    }
    attributes.accept(builder);
    return builder.build().output(0);
  }

  @Override
  public String toString() {
    return name;
  }
}
