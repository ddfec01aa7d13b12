package dev.hesse.models.savedmodel;

/**
 * A tensor of a graph: {@code NODE:INDEX}, where {@code :0} may be left out.
 *
 * @param index of the node's outputs
 */
record TensorName(String node, int index) {

  /** Reads a name as graphs and signatures write it. */
  static TensorName of(String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0 && text.substring(colon + 1).matches("\\d{1,9}")) {
      return new TensorName(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
    return new TensorName(text, 0);
  }

  /** As an input of a node. */
  @Override
  public String toString() {
    return index == 0 ? node : node + ":" + index;
  }
}
