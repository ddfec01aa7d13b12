/**
 * Zip archives, which PyTorch checkpoints and npz files are. {@code ZipDirectory}, {@code ZipEntry}
 * and {@code ZipArchive} accept only archives that every zip program reads alike, so that what one
 * program checked is what another loads. {@code ZipWriter} writes the same bytes for the same
 * content.
 */
@NullMarked
package dev.hesse.io.zip;

import org.jspecify.annotations.NullMarked;
