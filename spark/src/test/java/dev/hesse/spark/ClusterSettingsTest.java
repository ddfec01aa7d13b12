package dev.hesse.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private static final String MASTER = "spark://somewhere:7077";
  private static final long MEBI = 1L << 20;

  private static SparkConf conf() {
    return new SparkConf(/* loadDefaults= */ false);
  }

  private static ClusterSettings of(SparkConf conf) {
    return ClusterSettings.of(MASTER, OptionalLong.empty(), conf);
  }

  @Test
  void aTaskOutlivesAsManyExecutorsAsTheWatchLetsDie() {
    assertThat(of(conf()).conf().getInt("spark.task.maxFailures", 4))
        .isGreaterThan(ExecutorWatch.MOST_LOST);
    assertThat(of(conf().set("spark.task.maxFailures", "3")).conf().get("spark.task.maxFailures"))
        .isEqualTo("3");
  }
}
