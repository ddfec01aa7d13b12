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
  void valuesTakeWhatIsLeftOfTheMemoryOutsideOfTheHeap() {
    assertThat(of(conf().set("spark.executor.memoryOverhead", "4g")).memoryBytes())
        .isEqualTo((4096 - 512) * MEBI);
    assertThat(of(conf().set("spark.executor.memoryOverhead", "600")).memoryBytes())
        .isEqualTo(300 * MEBI);
    ClusterSettings asMuchAsTheHeap = of(conf().set("spark.executor.memory", "8g"));
    assertThat(asMuchAsTheHeap.memoryBytes()).isEqualTo(8192 * MEBI);
    assertThat(asMuchAsTheHeap.conf().getSizeAsMb("spark.executor.memoryOverhead"))
        .isEqualTo(8192 + 512);
    ClusterSettings given = ClusterSettings.of(MASTER, OptionalLong.of(3L << 30), conf());
    assertThat(given.memoryBytes()).isEqualTo(3L << 30);
    assertThat(given.conf().getSizeAsMb("spark.executor.memoryOverhead")).isEqualTo(3072 + 512);
  }

  @Test
  void aPartWaitsForItsExecutorUnlessSparkIsToldOtherwise() {
    assertThat(of(conf()).conf().getTimeAsSeconds("spark.locality.wait.process")).isEqualTo(60);
    SparkConf told = of(conf().set("spark.locality.wait", "5s")).conf();
    assertThat(told.contains("spark.locality.wait.process")).isFalse();
  }

  @Test
  void aTaskOutlivesAsManyExecutorsAsTheWatchLetsDie() {
    assertThat(of(conf()).conf().getInt("spark.task.maxFailures", 4))
        .isGreaterThan(ExecutorWatch.MOST_LOST);
    assertThat(of(conf().set("spark.task.maxFailures", "3")).conf().get("spark.task.maxFailures"))
        .isEqualTo("3");
  }
}
