/**
 * PyTorch checkpoints, zip and legacy.
 *
 * <p>A checkpoint is a pickle, a program for a small stack machine that in Python can call
 * anything. Here {@code Unpickler} knows only the instructions that build data, {@code TorchGlobal}
 * lists the names that may be called, and {@code Construction} gives each of them a fixed meaning
 * over inert values. Everything else ends reading with an error that names it. Before that, {@code
 * ZipDirectory}, {@code ZipEntry} and {@code ZipArchive} accept only archives that every zip
 * program reads alike. Afterwards {@code StateDict} finds the weights among what training kept, and
 * {@code TensorLoader} maps them to the file's bytes.
 */
@NullMarked
package dev.hesse.io.pytorch;

import org.jspecify.annotations.NullMarked;
