package dev.hesse.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a standalone cluster's master listens, of which there may be several. */
final class MasterAddress {
  private static final String STANDALONE = "spark://";
  private static final Pattern ADDRESS = Pattern.compile("(.+):(\\d{1,5})");
  private static final int PATIENCE_MILLIS = 5000;

  private MasterAddress() {}

  /**
   * Tries whether anything listens there; Spark itself would wait a minute.
   *
   * @param master {@code spark://HOST:PORT,…}; nothing is tried of other URLs
   * @throws ClusterException if nothing does
   */
  static void requireReachable(String master) {
    if (!master.startsWith(STANDALONE)) {
      return;
    }
    String reason = "it is not spark://HOST:PORT";
    for (String address : master.substring(STANDALONE.length()).split(",", -1)) {
      Matcher parts = ADDRESS.matcher(address);
      if (!parts.matches() || Integer.parseInt(parts.group(2)) > 0xffff) {
        continue;
      }
      InetSocketAddress socket =
          new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
      if (socket.isUnresolved()) {
        reason = "there is no machine " + parts.group(1);
        continue;
      }
      try (Socket tried = new Socket()) {
        tried.connect(socket, PATIENCE_MILLIS);
        return;
      } catch (IOException e) {
        reason = Failures.line(e);
      }
    }
    throw new ClusterException(
        "there is no master at %s: %s".formatted(master, reason),
        "Check the URL, which the master's log and page name, and that the network lets it through",
        null);
  }
}
