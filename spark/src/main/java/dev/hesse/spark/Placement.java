package dev.hesse.spark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * On which executor each part is. A part stays where it was made, so that what is kept there is
 * used again, unless the executor is gone, or has more than its share while another has less.
 * Thread-safe: executors come and go while a job runs.
 */
final class Placement {
  private final int parts;
  private final Set<String> executors = new HashSet<>();
  private int planned = 1;
  private final Map<Integer, String> places = new HashMap<>();

  Placement(int parts) {
    this.parts = parts;
  }

  /** An executor as Spark's scheduler takes it for a preference. */
  static String location(String host, String id) {
    return "executor_%s_%s".formatted(host, id);
  }

  synchronized void joined(String executor) {
    executors.add(executor);
    planned = Math.max(planned, executors.size());
  }

  /**
   * @param id of the executor alone
   */
  synchronized void left(String id) {
    executors.removeIf(executor -> executor.endsWith("_" + id));
  }

  /** Remembers where a part was worked on, be that executor gone meanwhile or not. */
  synchronized void found(int part, String executor) {
    places.put(part, executor);
  }

  synchronized int executors() {
    return executors.size();
  }

  /**
   * How many parts an executor is to hold, when as many are there as have been: one that is lost is
   * replaced, and what the others can hold until then does not change what they are to hold.
   */
  synchronized int most() {
    return shared(planned);
  }

  private int shared(int among) {
    return (parts - 1) / Math.max(1, among) + 1;
  }

  /** Where each part should be worked on; empty for anywhere. */
  synchronized List<String> preferences() {
    int most = shared(executors.size());
    Map<String, Integer> load = new HashMap<>();
    List<String> preferences = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      String place = places.getOrDefault(part, "");
      boolean stays = executors.contains(place) && load.getOrDefault(place, 0) < most;
      if (stays) {
        load.merge(place, 1, Integer::sum);
      }
      preferences.add(stays ? place : "");
    }
    return preferences;
  }
}
