package dev.hesse.models.savedmodel;

import java.util.List;
import java.util.Map;

/**
 * What computes some tensors of a SavedModel.
 *
 * @param graph flat, without calls and effects
 * @param outputs what it computes
 * @param variables that it reads
 * @param keys of variables in the model's checkpoint, by node
 */
record InferenceGraph(
    FlatGraph graph,
    List<TensorName> outputs,
    List<VariableReads.StoredVariable> variables,
    Map<String, String> keys) {}
