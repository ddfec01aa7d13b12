package dev.hesse.io.data;

import dev.hesse.io.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * A file on the web whose content is known.
 *
 * @param address over HTTP or HTTPS
 * @param bytes its size
 * @param sha256 the SHA-256 of its content in lower-case hexadecimal digits
 */
public record PublishedFile(URI address, long bytes, String sha256) {
  private static final int CONNECT_MILLIS = 15_000;
  private static final int SILENCE_MILLIS = 30_000;
  private static final String TRY_AGAIN = "Try again later";
  private static final String CHECK_NETWORK =
      "Check the network; if it needs a proxy, set Java's properties https.proxyHost and"
          + " https.proxyPort";

  /**
   * Copies the content from the network. Follows redirects that keep the scheme, and goes through
   * the proxy that Java's system properties name. Gives up if a connection takes 15 s, or nothing
   * arrives for 30 s.
   *
   * @param out is not to be used if an exception is thrown
   * @param progress takes the number of bytes so far, now and then
   * @throws DownloadException if the file cannot be had, or the connection ends early
   * @throws BadInputException if size or SHA-256 differ
   * @throws IOException if {@code out} cannot be written
   */
  public void download(OutputStream out, LongConsumer progress) throws IOException {
    // Unlike HttpClient, it bounds the time between two parts of the body.
    HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(SILENCE_MILLIS);
    try (InputStream in = open(connection)) {
      copy(in, out, progress);
    } finally {
      connection.disconnect();
    }
  }

  private InputStream open(HttpURLConnection connection) throws DownloadException {
    try {
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new DownloadException(
            "%s: the server answers with status %d".formatted(address, status), TRY_AGAIN, null);
      }
      requireSize(connection.getContentLengthLong());
      return connection.getInputStream();
    } catch (DownloadException e) {
      throw e;
    } catch (IOException e) {
      throw new DownloadException(
          "%s cannot be fetched: %s".formatted(address, reason(e)), CHECK_NETWORK, e);
    }
  }

  /** Checks the size that the server announces, if it does. */
  private void requireSize(long announced) {
    if (announced >= 0 && announced != bytes) {
      throw differs("size is %d bytes, not %d".formatted(announced, bytes));
    }
  }

  private void copy(InputStream in, OutputStream out, LongConsumer progress) throws IOException {
    MessageDigest digest = newDigest();
    byte[] buffer = new byte[1 << 16];
    long received = 0;
    int count;
    while ((count = read(in, buffer)) >= 0) {
      received += count;
      if (received > bytes) {
        throw differs("size is more than %d bytes".formatted(bytes));
      }
      digest.update(buffer, 0, count);
      out.write(buffer, 0, count);
      progress.accept(received);
    }
    if (received < bytes) {
      throw new DownloadException(
          "%s: the connection ended after %d of %d bytes".formatted(address, received, bytes),
          TRY_AGAIN,
          null);
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(sha256)) {
      throw differs("SHA-256 is %s, not %s".formatted(found, sha256));
    }
  }

  private int read(InputStream in, byte[] buffer) throws DownloadException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new DownloadException(
          "%s: the connection broke: %s".formatted(address, reason(e)), TRY_AGAIN, e);
    }
  }

  private BadInputException differs(String what) {
    return new BadInputException(
        "%s is not the file that was published: its %s".formatted(address, what),
        "Something on the way may have replaced it, such as a proxy's page. Try another network");
  }

  private static String reason(IOException error) {
    return error instanceof UnknownHostException
        ? "the host is not found"
        : BadInputException.quote(Objects.requireNonNullElse(error.getMessage(), "no reason"));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
