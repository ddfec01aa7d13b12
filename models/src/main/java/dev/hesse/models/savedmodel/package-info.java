/**
 * SavedModels of any origin as one flat graph. The steps, each a class: {@link
 * dev.hesse.models.savedmodel.SavedModelFile} reads the protobuf, {@link
 * dev.hesse.models.savedmodel.FunctionInliner} writes function calls out, {@link
 * dev.hesse.models.savedmodel.ControlFlow} writes branches, loops and lists out that are known
 * before the graph runs, {@link dev.hesse.models.savedmodel.VariableReads} gives every variable one
 * read, {@link dev.hesse.models.savedmodel.RestoredVariables} finds where the checkpoint keeps it,
 * {@link dev.hesse.models.savedmodel.OperationPolicy} lets listed operations alone pass, and {@link
 * dev.hesse.models.savedmodel.ConstantFolding} runs small ones ahead, so that shapes are known.
 *
 * <p>A graph comes from a stranger. TensorFlow's native code runs constant nodes as soon as a graph
 * is imported, to infer shapes; so what it is given has passed {@link
 * dev.hesse.models.savedmodel.CheckedNode}, and constants stand in place of what depends on
 * constants alone.
 */
@NullMarked
package dev.hesse.models.savedmodel;

import org.jspecify.annotations.NullMarked;
