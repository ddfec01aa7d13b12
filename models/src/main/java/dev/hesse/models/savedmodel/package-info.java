/**
 * SavedModels of any origin as one flat graph. The steps, each a class: {@link
 * dev.hesse.models.savedmodel.SavedModelFile} reads the protobuf, {@link
 * dev.hesse.models.savedmodel.FunctionInliner} writes function calls out, {@link
 * dev.hesse.models.savedmodel.ControlFlow} writes branches, loops and lists out that are known
 * before the graph runs, {@link dev.hesse.models.savedmodel.VariableReads} gives every variable one
 * read, {@link dev.hesse.models.savedmodel.RestoredVariables} finds where the checkpoint keeps it,
 * and {@link dev.hesse.models.savedmodel.OperationPolicy} refuses what a stranger's graph must not
 * do.
 */
@NullMarked
package dev.hesse.models.savedmodel;

import org.jspecify.annotations.NullMarked;
