package dev.hesse.hessian;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/** Sums a traced run's times by type of operation. */
final class OperationTimes {
  /** A node's label reads {@code name = Type(inputs)}. */
  private static final Pattern LABEL = Pattern.compile(" = (\\w+)\\(");

  private OperationTimes() {}

  static Map<String, Double> of(StepStats stats) {
    Map<String, Double> seconds = new HashMap<>();
    for (DeviceStepStats device : stats.getDevStatsList()) {
      for (NodeExecStats node : device.getNodeStatsList()) {
        Matcher label = LABEL.matcher(node.getTimelineLabel());
        String type = label.find() ? label.group(1) : "other";
        seconds.merge(
            type, (node.getOpEndRelMicros() - node.getOpStartRelMicros()) * 1e-6, Double::sum);
      }
    }
    Map<String, Double> longestFirst = new LinkedHashMap<>();
    seconds.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
        .forEach(entry -> longestFirst.put(entry.getKey(), entry.getValue()));
    return longestFirst;
  }
}
