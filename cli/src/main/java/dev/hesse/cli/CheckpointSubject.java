package dev.hesse.cli;

import dev.hesse.io.data.BatchSource;
import java.io.IOException;
import java.util.Optional;

/** A network of the ResNet family with a checkpoint's weights, on images. */
record CheckpointSubject(ModelOptions options, DataOptions data) implements Subject {

  @Override
  public Loaded load(Console console) throws IOException {
    ModelOptions.Loaded model = options.load(console);
    model.warnings().forEach(console::say);
    return new Loaded(
        model.network(),
        data.open(model.network()),
        model.checkpoint().path().toString(),
        model.checkpoint().sha256(),
        model.network().config().toString(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public BatchSource examples() throws IOException {
    return data.open();
  }
}
