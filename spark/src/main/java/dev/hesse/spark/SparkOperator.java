package dev.hesse.spark;

import dev.hesse.hessian.BeyondMiniBatches;
import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.LossCurvature;
import dev.hesse.hessian.LossEvaluation;
import dev.hesse.hessian.OperatorChecks;
import dev.hesse.hessian.Residuals;
import dev.hesse.io.data.BatchSource;
import dev.hesse.models.LossModel;
import dev.hesse.models.ParameterLayout;
import dev.hesse.models.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The curvature of a model's mean loss over data that the executors of a cluster read, as {@link
 * CurvatureOperator} in one process has it: the same mini-batches, and products that are the same
 * to rounding, whatever the number of parts. With one number of parts, sums are added in one order.
 *
 * <p>The matrix is a sum over parts of the data. Each part is an operator on an executor, which
 * keeps graph, session and values from product to product. An executor that is lost takes its parts
 * with it; they are made anew on another, or on its replacement, and the product goes on.
 *
 * <p>A product sends n numbers to every executor in the precision of the graph, by Spark's
 * broadcast, which passes on from executor to executor, and gets n doubles of each part back. A
 * block of vectors goes at once.
 */
public final class SparkOperator implements LossCurvature {
  private final ClusterRun cluster;
  private final int block;
  private final ParameterLayout layout;
  private final Precision precision;
  private final BeyondMiniBatches beyond;
  private final double[] gradient;
  private final double loss;
  private final double accuracy;
  private final List<PartFinding> findings;
  private double products;
  private long productNanos;

  /**
   * Sends the model to the executors, where it is compiled; computes loss and gradient, keeps what
   * fits and checks every part's operator.
   *
   * <p>Cost: as {@link CurvatureOperator#CurvatureOperator}, on all executors at once.
   *
   * @param data what opens the examples on an executor
   * @param examples the same on the driver; executors must find them
   * @param options how to compute; memory is that of one executor
   * @param parts how many the mini-batches are dealt to; best one for each executor
   * @throws ClusterException if the cluster fails
   */
  public SparkOperator(
      JavaSparkContext spark,
      LossModel model,
      DataOpener data,
      BatchSource examples,
      CurvatureOperator.Options options,
      int parts) {
    int count = examples.examples();
    this.precision = options.precision();
    this.layout = model.parameters();
    this.beyond = new BeyondMiniBatches(model, options.curvature(), options.l2());
    this.cluster =
        ClusterRun.start(
            spark,
            model,
            data,
            Fingerprint.of(examples),
            Deal.of(count, CurvatureOperator.miniBatch(options, model, count), parts),
            options);
    this.block = BlockSize.of(spark, layout.dimension(), cluster.deal().parts());
    boolean opened = false;
    try {
      if (options.strata() > 1 && miniBatches() > 1) {
        sortByResidual();
      }
      Partial opening = cluster.sum(new PartWork.Opening());
      findings =
          opening.found().stream()
              .map(found -> (PartFinding) Objects.requireNonNull(found.finding()))
              .toList();
      gradient = opening.sums()[0];
      beyond.completeGradient(gradient);
      loss = mean(findings.stream().mapToDouble(PartFinding::loss).toArray()) + beyond.loss();
      accuracy = meanAccuracy();
      opened = true;
    } finally {
      if (!opened) {
        cluster.close();
      }
    }
  }

  /**
   * Loss and accuracy alone, as {@link LossEvaluation#of}.
   *
   * @param options of which batch size, precision and penalty count
   * @param parts as for the operator
   */
  public static LossEvaluation evaluate(
      JavaSparkContext spark,
      LossModel model,
      DataOpener data,
      BatchSource examples,
      CurvatureOperator.Options options,
      int parts) {
    Deal deal = Deal.of(examples.examples(), options.miniBatch(), parts);
    long fingerprint = Fingerprint.of(examples);
    try (ClusterRun cluster = ClusterRun.start(spark, model, data, fingerprint, deal, options)) {
      double[] found = cluster.sum(new PartWork.Evaluation()).sums()[0];
      return new LossEvaluation(
          found[0] + new BeyondMiniBatches(model, options.curvature(), options.l2()).loss(),
          found[1] / deal.examples());
    }
  }

  private void sortByResidual() {
    Deal deal = cluster.deal();
    double[] residuals = new double[deal.examples()];
    for (Partial.Found found : cluster.sum(new PartWork.FindResiduals()).found()) {
      double[] part = (double[]) Objects.requireNonNull(found.finding());
      if (part.length == 0) {
        return;
      }
      int from = 0;
      for (int batch = found.part(); batch < deal.miniBatches(); batch += deal.parts()) {
        System.arraycopy(part, from, residuals, deal.first(batch), deal.count(batch));
        from += deal.count(batch);
      }
    }
    cluster.order(Residuals.worstFirst(residuals));
  }

  private double mean(double[] ofParts) {
    double mean = 0;
    for (int part = 0; part < ofParts.length; part++) {
      mean += cluster.deal().share(part) * ofParts[part];
    }
    return mean;
  }

  private double meanAccuracy() {
    double correct = 0;
    for (int part = 0; part < findings.size(); part++) {
      correct += cluster.deal().examplesOf(part) * findings.get(part).accuracy();
    }
    return correct / cluster.deal().examples();
  }

  @Override
  public int dimension() {
    return layout.dimension();
  }

  @Override
  public void apply(double[] x, double[] y) {
    applyBlock(new double[][] {x}, new double[][] {y});
  }

  @Override
  public void applyBlock(double[][] x, double[][] y) {
    for (int from = 0; from < x.length; from += block) {
      int to = Math.min(x.length, from + block);
      long start = System.nanoTime();
      double[][] rows = Arrays.copyOfRange(x, from, to);
      Broadcast<SentVectors> sent = cluster.send(new SentVectors(rows, precision));
      try {
        double[][] sums = cluster.sum(new PartWork.Products(sent)).sums();
        for (int i = 0; i < rows.length; i++) {
          System.arraycopy(sums[i], 0, y[from + i], 0, rows[i].length);
          beyond.completeProduct(y[from + i], rows[i], 1);
        }
      } finally {
        cluster.destroy(sent);
      }
      productNanos += System.nanoTime() - start;
      products += to - from;
    }
  }

  @Override
  public int terms() {
    return miniBatches();
  }

  @Override
  public double share(int term) {
    return (double) cluster.deal().count(term) / cluster.deal().examples();
  }

  /** Keeps one part busy, the others not. */
  @Override
  public void applyTerm(int term, double[][] x, double[][] y) {
    int[] terms = new int[x.length];
    Arrays.fill(terms, term);
    applyTerms(terms, x, y);
  }

  @Override
  public int termsAtOnce() {
    return cluster.deal().parts();
  }

  /** An executor fetches the vectors of its own mini-batches alone, a block at a time. */
  @Override
  public void applyTerms(int[] terms, double[][] x, double[][] y) {
    long start = System.nanoTime();
    Map<Integer, List<Integer>> rowsOfParts =
        IntStream.range(0, terms.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> cluster.deal().partOf(terms[i])));
    int most = rowsOfParts.values().stream().mapToInt(List::size).max().orElse(0);
    for (int from = 0; from < most; from += block) {
      SortedMap<Integer, List<Integer>> blocks = new TreeMap<>();
      for (Map.Entry<Integer, List<Integer>> part : rowsOfParts.entrySet()) {
        List<Integer> rows = part.getValue();
        if (from < rows.size()) {
          blocks.put(part.getKey(), rows.subList(from, Math.min(rows.size(), from + block)));
        }
      }
      termProducts(blocks, terms, x, y);
    }
    productNanos += System.nanoTime() - start;
  }

  private void termProducts(
      SortedMap<Integer, List<Integer>> rowsOfParts, int[] terms, double[][] x, double[][] y) {
    SortedMap<Integer, PartWork> works = new TreeMap<>();
    List<Broadcast<SentVectors>> sent = new ArrayList<>();
    try {
      rowsOfParts.forEach(
          (part, rows) -> {
            double[][] ofPart = rows.stream().map(i -> x[i]).toArray(double[][]::new);
            sent.add(cluster.send(new SentVectors(ofPart, precision)));
            int[] places = rows.stream().mapToInt(i -> cluster.deal().placeOf(terms[i])).toArray();
            works.put(part, new PartWork.TermProducts(sent.get(sent.size() - 1), places));
          });
      for (Partial.Found found : cluster.sum(works).found()) {
        double[][] made = (double[][]) Objects.requireNonNull(found.finding());
        List<Integer> rows = Objects.requireNonNull(rowsOfParts.get(found.part()));
        for (int k = 0; k < made.length; k++) {
          int i = rows.get(k);
          System.arraycopy(made[k], 0, y[i], 0, y[i].length);
          beyond.completeProduct(y[i], x[i], share(terms[i]));
          products += share(terms[i]);
        }
      }
    } finally {
      sent.forEach(cluster::destroy);
    }
  }

  /** A block is sent at once; as large as heaps allow. */
  @Override
  public int preferredBlock() {
    return block;
  }

  /**
   * How often parts' operators were opened: once for each, and more where executors were lost or
   * had no room for all of their parts.
   */
  int openings() {
    return cluster.openings();
  }

  @Override
  public ParameterLayout parameters() {
    return layout;
  }

  @Override
  public double loss() {
    return loss;
  }

  @Override
  public double accuracy() {
    return accuracy;
  }

  @Override
  public double[] gradient() {
    return gradient.clone();
  }

  /** Those of the part with the first mini-batch, which are those of one process. */
  @Override
  public OperatorChecks checks() {
    return findings.get(0).checks();
  }

  @Override
  public double noise() {
    return findings.get(0).noise();
  }

  @Override
  public double products() {
    return products;
  }

  @Override
  public double productSeconds() {
    return products == 0 ? Double.NaN : productNanos * 1e-9 / products;
  }

  /** Of the part that takes longest. */
  @Override
  public double forwardSeconds() {
    return findings.stream().mapToDouble(PartFinding::forwardSeconds).max().orElseThrow();
  }

  @Override
  public int miniBatch() {
    return cluster.deal().count(0);
  }

  @Override
  public int miniBatches() {
    return cluster.deal().miniBatches();
  }

  @Override
  public int keptMiniBatches() {
    return findings.stream().mapToInt(PartFinding::keptMiniBatches).sum();
  }

  @Override
  public long keptBytes() {
    return findings.stream().mapToLong(PartFinding::keptBytes).sum();
  }

  /** None: the values are the executors'. */
  @Override
  public long memoryBytes() {
    return 0;
  }

  /** Frees what the executors hold of this operator; the cluster stays. */
  @Override
  public void close() {
    cluster.close();
  }
}
