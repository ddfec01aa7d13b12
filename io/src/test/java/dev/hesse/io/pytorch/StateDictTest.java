package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.FileBytes;
import dev.hesse.io.Weights;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class StateDictTest {
  static final List<String> wrappers = StateDict.WRAPPERS;

  private final Pickle pickle = Pickle.protocol(2).op(Opcode.EMPTY_DICT);

  private Weights read() throws IOException {
    return PyTorchZip.read(
        FileBytes.of(TestCheckpoint.zip(pickle.stop(), Pickle.floats(1, 2)).build()));
  }

  /** {@code dict[key] = {name: tensor, …}} in the dict on top. */
  private void dict(String key, String... names) {
    pickle.text(key).op(Opcode.EMPTY_DICT);
    for (String name : names) {
      tensor(name);
    }
    pickle.op(Opcode.SETITEM);
  }

  private void tensor(String name) {
    pickle.text(name).tensor("0", 2).op(Opcode.SETITEM);
  }

  @Test
  void plain() throws IOException {
    tensor("module.b");
    tensor("a");
    dict("optimizer", "x");
    Weights weights = read();
    assertThat(weights.tensors().keySet()).containsExactly("module.b", "a");
    assertThat(weights.omitted()).containsExactly("optimizer");
  }

  @ParameterizedTest
  @FieldSource("wrappers")
  void wrapped(String wrapper) throws IOException {
    dict("optimizer", "x", "y", "z");
    tensor("beside");
    dict(wrapper, "w");
    Weights weights = read();
    assertThat(weights.tensors().keySet()).containsExactly("w");
    assertThat(weights.omitted()).containsExactly("optimizer", "beside");
  }

  @Test
  void theLikeliestWrapperWins() throws IOException {
    dict("ema", "e1", "e2");
    dict("model", "m");
    dict("state_dict", "s");
    assertThat(read().tensors().keySet()).containsExactly("s");
  }

  @Test
  void nestedWrappers() throws IOException {
    pickle.text("model").op(Opcode.EMPTY_DICT);
    dict("state_dict", "w");
    pickle.op(Opcode.SETITEM);
    dict("optimizer", "x");
    Weights weights = read();
    assertThat(weights.tensors().keySet()).containsExactly("w");
    assertThat(weights.omitted()).containsExactly("optimizer");
  }

  @Test
  void otherwiseTheMostTensorsOutsideTheOptimizer() throws IOException {
    dict("optimizer_state", "x", "y", "z");
    dict("encoder", "e");
    dict("generator", "g", "h");
    assertThat(read().tensors().keySet()).containsExactly("g", "h");
  }

  @Test
  void withinAListOrTuple() throws IOException {
    tensor("w");
    pickle.op(Opcode.TUPLE1);
    assertThat(read().tensors().keySet()).containsExactly("w");
  }

  @Test
  void saysWhatHoldsNoTensors() {
    dict("optimizer", "x");
    assertThatThrownBy(this::read)
        .hasMessageContaining("the checkpoint's dict holds no tensors by name");
  }
}
