package dev.hesse.cli;

import static dev.hesse.io.BadInputException.quote;

import dev.hesse.io.BadInputException;
import dev.hesse.io.DataArray;
import dev.hesse.io.StoredTensor;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.CifarDataset;
import dev.hesse.io.data.Dataset;
import dev.hesse.io.data.Normalization;
import dev.hesse.io.npy.ArrayFile;
import dev.hesse.io.npy.Npz;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;

/** A SavedModel of any origin, on arrays that its inputs take. */
record SavedModelSubject(SavedModelOptions options, DataOptions data) implements Subject {
  /** Pixels as the bytes that they are in a file. */
  private static final Normalization BYTES =
      new Normalization(List.of(0.0, 0.0, 0.0), List.of(1 / 255.0, 1 / 255.0, 1 / 255.0));

  @Override
  public Loaded load(Console console) throws IOException {
    SavedModels model = options.open();
    LabelledArrays arrays =
        data.files() instanceof DataOptions.Files.Folder folder
            ? images(folder, model)
            : arrays((DataOptions.Files.Arrays) data.files(), model);
    Objective objective = model.objective(arrays, options.objective());
    objective.warnings().forEach(warning -> console.say("warning: " + warning + "."));
    return new Loaded(
        objective.loss(),
        data.select(objective.data()),
        model.folder().toString(),
        model.sha256(),
        "SavedModel",
        Optional.of(objective.description()),
        Optional.of(objective.loss().parameterRule()));
  }

  @Override
  public BatchSource examples() throws IOException {
    return load(Console.silent()).data();
  }

  private LabelledArrays images(DataOptions.Files.Folder folder, SavedModels model)
      throws IOException {
    Collection<DataType> types = model.inputTypes(options.objective().signature()).values();
    boolean bytes = types.size() == 1 && types.contains(DataType.DT_UINT8);
    Normalization usual = bytes ? BYTES : Normalization.CIFAR;
    Dataset images =
        CifarDataset.open(folder.path(), folder.split(), data.normalization().orElse(usual));
    return new LabelledArrays(
        images.source(),
        Map.of(),
        Optional.of(images.array()),
        Optional.of(StoredTensor.of(new long[] {images.examples()}, images.labels())));
  }

  private LabelledArrays arrays(DataOptions.Files.Arrays files, SavedModels model)
      throws IOException {
    Set<String> sources = new LinkedHashSet<>();
    Map<String, DataArray> inputs = new LinkedHashMap<>();
    Optional<DataArray> unnamed = Optional.empty();
    Optional<DataArray> labels = Optional.empty();
    List<InputArgument> pending = new ArrayList<>();
    if (files.warmup()) {
      inputs.putAll(model.warmupRequests(options.objective().signature()));
      sources.add("warmup requests");
    }
    for (InputArgument input : files.inputs()) {
      if (input.name().isEmpty()) {
        Map<String, DataArray> arrays = new LinkedHashMap<>(Npz.readArrays(input.file()));
        labels = takeLabels(arrays, model);
        arrays.keySet().retainAll(arrays.keySet().stream().filter(model::hasInput).toList());
        arrays.forEach((name, array) -> put(inputs, name, array));
        sources.add(input.file().toString());
      } else if (input.value().isEmpty()) {
        pending.add(input);
      } else {
        String name = input.name().orElseThrow();
        put(inputs, name, value(input));
        if (input.number().isEmpty()) {
          sources.add(input.file().toString());
        }
      }
    }
    if (files.images().isPresent()) {
      Path images = files.images().get();
      DataArray array = ArrayFile.of(images).open(DataOptions.IMAGES_USUAL);
      sources.add(images.toString());
      if (pending.isEmpty()) {
        unnamed = Optional.of(array);
      } else {
        put(inputs, pending.remove(0).name().orElseThrow(), array);
      }
    }
    if (!pending.isEmpty()) {
      throw new BadInputException(
          "nothing is given for input %s".formatted(quote(pending.get(0).name().orElseThrow())),
          "Give --input NAME=FILE, or one NAME alone with --images FILE");
    }
    if (files.labels().isPresent()) {
      labels = Optional.of(ArrayFile.of(files.labels().get()).read(DataOptions.LABELS_USUAL));
      sources.add(files.labels().get().toString());
    }
    return new LabelledArrays(String.join(", ", sources), inputs, unnamed, labels);
  }

  /** Labels among the inputs, which --labels has precedence over. */
  private Optional<DataArray> takeLabels(Map<String, DataArray> arrays, SavedModels model) {
    Set<String> inputs = model.inputTypes(options.objective().signature()).keySet();
    return Arrays.stream(DataOptions.LABELS_USUAL)
        .filter(name -> arrays.containsKey(name) && !inputs.contains(name))
        .findFirst()
        .map(arrays::remove);
  }

  private static void put(Map<String, DataArray> inputs, String name, DataArray array) {
    if (inputs.put(name, array) != null) {
      throw CommandException.usage(
          "input %s is given more than once".formatted(quote(name)), "Give it once");
    }
  }

  private static DataArray value(InputArgument input) throws IOException {
    if (input.number().isPresent()) {
      return StoredTensor.of(new long[0], new double[] {input.number().getAsDouble()});
    }
    String name = input.name().orElseThrow();
    return ArrayFile.of(input.file()).open(name, name.substring(name.lastIndexOf('/') + 1));
  }
}
