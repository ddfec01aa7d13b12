package dev.hesse.cli;

import dev.hesse.hessian.CurvatureAnalysis;
import dev.hesse.hessian.ReportParts;
import dev.hesse.hessian.linalg.BasisStorage;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.hessian.linalg.SumOperator;
import dev.hesse.hessian.linalg.SymmetricOperator;
import dev.hesse.hessian.linalg.TermOperator;
import dev.hesse.io.report.BatchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Eigenvalues and trace of each mini-batch's own matrix, which a stochastic method meets in the
 * place of the mean's.
 *
 * @param basis where Lanczos vectors are kept
 * @param noise rounding of a product relative to the matrix's norm
 */
record BatchAnalyses(EstimatorOptions estimates, long seed, BasisStorage basis, double noise) {

  /**
   * Analyses one mini-batch after the other, and keeps no vectors of them.
   *
   * @param operator whose terms are the mini-batches in the data's order
   * @param offsets of the parameters in a vector, or in the block's
   * @param size of a mini-batch; the last may be smaller
   * @param examples of all
   * @return the mini-batches for which a budget suffices
   */
  List<BatchResult> analyze(
      SumOperator operator,
      Optional<ParameterBlock> block,
      int[] offsets,
      int size,
      int examples,
      Consumer<String> phase,
      Progress progress) {
    List<BatchResult> found = new ArrayList<>();
    for (int term = 0; term < operator.terms() && !progress.isEnough(); term++) {
      phase.accept("mini-batch %d/%d".formatted(term + 1, operator.terms()));
      SymmetricOperator whole = new TermOperator(operator, term);
      CurvatureAnalysis results =
          CurvatureAnalysis.run(
              block.<SymmetricOperator>map(b -> b.of(whole)).orElse(whole),
              offsets,
              noise,
              estimates.ofBatch(seed, basis),
              progress);
      int first = term * size;
      found.add(
          new BatchResult(
              first,
              Math.min(size, examples - first),
              results
                  .eigenvalues()
                  .map(
                      pairs ->
                          ReportParts.eigenvalues(
                              estimates.eigenvalues().orElseThrow().method(), pairs))
                  .orElse(null),
              results.trace().map(ReportParts::trace).orElse(null)));
    }
    return found;
  }
}
