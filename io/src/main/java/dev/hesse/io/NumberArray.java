package dev.hesse.io;

/** A dense array of numbers, in row-major order. */
public sealed interface NumberArray extends DataArray permits StoredTensor, DeferredTensor {

  DType dtype();

  @Override
  default String elementType() {
    return dtype().label();
  }

  @Override
  StoredTensor rows(int[] numbers);

  @Override
  NumberArray reshaped(long[] shape);

  /** All elements at once. */
  StoredTensor whole();
}
