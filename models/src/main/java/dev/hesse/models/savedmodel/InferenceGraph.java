package dev.hesse.models.savedmodel;

import dev.hesse.io.StoredTensor;
import java.util.List;
import java.util.Map;

/**
 * What computes some tensors of a SavedModel.
 *
 * @param graph flat, without calls and effects
 * @param outputs what it computes
 * @param variables that it reads
 * @param values of the variables as the checkpoint holds them, by node
 */
record InferenceGraph(
    FlatGraph graph,
    List<TensorName> outputs,
    List<VariableReads.StoredVariable> variables,
    Map<String, StoredTensor> values) {}
