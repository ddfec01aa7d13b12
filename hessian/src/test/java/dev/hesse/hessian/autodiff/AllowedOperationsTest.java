package dev.hesse.hessian.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What has a derivative may run in a SavedModel. */
class AllowedOperationsTest {

  @Test
  void everyOperationWithARuleIsListed() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(SavedModels.class.getResourceAsStream("operations.txt"))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines())
          .containsAll(DerivativeRules.supportedOperations());
    }
  }
}
