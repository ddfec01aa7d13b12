/**
 * The command {@code hesse}. {@link dev.hesse.cli.Main} finds the subcommand, each of which is a
 * {@link dev.hesse.cli.Command} with its own options; what a command throws becomes one line on
 * standard error and an {@link dev.hesse.cli.ExitStatus}.
 *
 * <p>A command reads and checks in the order of cost: all options first, then whether results can
 * be written, then the input files, then it computes. Results are written last and together.
 */
@NullMarked
package dev.hesse.cli;

import org.jspecify.annotations.NullMarked;
