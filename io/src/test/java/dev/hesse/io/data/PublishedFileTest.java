package dev.hesse.io.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.hesse.io.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishedFileTest {
  private static final byte[] CONTENT = new byte[200_000];
  private static final long CHUNKED = 0;

  static {
    new Random(1).nextBytes(CONTENT);
  }

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private PublishedFile serve(HttpHandler handler) throws Exception {
    server.createContext("/file", handler);
    return published(address());
  }

  private URI address() {
    return URI.create("http://localhost:%d/file".formatted(server.getAddress().getPort()));
  }

  private static PublishedFile published(URI address) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(CONTENT);
    return new PublishedFile(address, CONTENT.length, HexFormat.of().formatHex(digest));
  }

  /** Answers with these bytes, of which the header announces {@code announced}. */
  private static HttpHandler answer(byte[] body, long announced) {
    return exchange -> {
      exchange.sendResponseHeaders(200, announced);
      exchange.getResponseBody().write(body);
      exchange.close();
    };
  }

  private static byte[] download(PublishedFile file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    file.download(out, bytes -> {});
    return out.toByteArray();
  }

  @Test
  void copiesTheContentAndTellsHowMuch() throws Exception {
    PublishedFile file = serve(answer(CONTENT, CONTENT.length));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AtomicLong last = new AtomicLong();
    file.download(out, last::set);
    assertThat(out.toByteArray()).isEqualTo(CONTENT);
    assertThat(last).hasValue(CONTENT.length);
  }

  @Test
  void needsNoAnnouncedSizeAndFollowsARedirect() throws Exception {
    server.createContext("/moved", answer(CONTENT, CHUNKED));
    assertThat(download(serve(exchange -> redirect(exchange, "/moved")))).isEqualTo(CONTENT);
  }

  private static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  @Test
  void refusesOtherContentOfTheSameSize() throws Exception {
    byte[] other = CONTENT.clone();
    other[100] ^= 1;
    PublishedFile file = serve(answer(other, other.length));
    String found = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(other));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            "%s is not the file that was published: its SHA-256 is %s, not %s. "
                .formatted(file.address(), found, file.sha256()));
  }

  @Test
  void refusesAnotherSizeBeforeItReads() throws Exception {
    PublishedFile file = serve(answer(new byte[10], 10));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its size is 10 bytes, not 200000. ");
  }

  @Test
  void stopsAtMoreThanTheSize() throws Exception {
    PublishedFile file = serve(answer(Arrays.copyOf(CONTENT, CONTENT.length + 1), CHUNKED));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its size is more than 200000 bytes. ");
  }

  @Test
  void saysThatTheConnectionEndedEarly() throws Exception {
    PublishedFile file = serve(answer(Arrays.copyOf(CONTENT, 1000), CONTENT.length));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(DownloadException.class)
        .hasMessageMatching(
            ".*: the connection (ended after 1000 of 200000 bytes|broke: .*)\\. .*");
  }

  @Test
  void saysTheStatusOfAnAnswerWithoutContent() throws Exception {
    PublishedFile missing = published(address());
    assertThatThrownBy(() -> download(missing))
        .isInstanceOf(DownloadException.class)
        .hasMessage(
            "%s: the server answers with status 404. Try again later.".formatted(address()));
  }

  @Test
  void givesUpOnARedirectLoop() throws Exception {
    PublishedFile file = serve(exchange -> redirect(exchange, "/file"));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("redirected too many");
  }

  @Test
  void followsNoRedirectToAnotherScheme() throws Exception {
    PublishedFile file = serve(exchange -> redirect(exchange, "file:/etc/hostname"));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("status 302");
  }

  @Test
  void saysThatAHostIsNotFound() throws Exception {
    PublishedFile file = published(URI.create("http://host.invalid/file"));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(DownloadException.class)
        .hasMessageStartingWith(
            "http://host.invalid/file cannot be fetched: the host is not found. Check the network");
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    PublishedFile file = published(URI.create("http://localhost:%d/".formatted(port)));
    assertThatThrownBy(() -> download(file))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("cannot be fetched: 'Connection refused");
  }

  @Test
  void aDiskThatIsFullIsNoFaultOfTheNetwork() throws Exception {
    PublishedFile file = serve(answer(CONTENT, CONTENT.length));
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space");
          }
        };
    assertThatThrownBy(() -> file.download(full, bytes -> {}))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("no space");
  }
}
