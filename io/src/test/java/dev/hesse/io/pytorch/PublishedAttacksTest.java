package dev.hesse.io.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hesse.io.BadInputException;
import dev.hesse.io.Checkpoint;
import dev.hesse.io.zip.TestZip;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attacks on PyTorch and on scanners of its files, as their advisories describe them. */
class PublishedAttacksTest {
  @TempDir Path folder;

  private void assertRefused(String fileName, byte[] content, String message) throws Exception {
    Path path = Files.write(folder.resolve(fileName), content);
    assertThatThrownBy(() -> Checkpoint.read(path))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
    assertThat(folder.toFile().list()).as("nothing else appears").containsExactly(fileName);
  }

  /** {@code module.name("touch owned")}, then a proper state dict. */
  private static byte[] call(String module, String name) {
    return Pickle.protocol(2)
        .global(module, name)
        .text("touch owned")
        .op(Opcode.TUPLE1, Opcode.REDUCE)
        .stop();
  }

  /** Among them the submodules and rarely listed callables of CVE-2025-10157 and CVE-2025-1716. */
  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "nt, system",
    "builtins, eval",
    "__builtin__, exec",
    "builtins, getattr",
    "subprocess, Popen",
    "pip, main",
    "asyncio.unix_events, _UnixSubprocessTransport._start",
    "torch, load",
    "torch.hub, load",
    "torch._utils, _rebuild_device_tensor_from_numpy",
    "torch.storage, _load_from_bytes",
    "numpy.testing._private.utils, runstring",
    "collections, OrderedDict.__init__",
  })
  void callsByName(String module, String name) throws Exception {
    String expected = "refers to '%s.%s'".formatted(module, name);
    assertRefused("zip.pt", TestCheckpoint.zip(call(module, name)).build(), expected);
    Files.delete(folder.resolve("zip.pt"));
    assertRefused("legacy.pt", TestLegacy.begin(true).add(call(module, name)).build(), expected);
    Files.delete(folder.resolve("legacy.pt"));
    assertRefused("bare.pkl", call(module, name), expected);
  }

  @Test
  void stackGlobalOfProtocol4() throws Exception {
    byte[] pickle = Pickle.protocol(4).text("os").text("system").op(Opcode.STACK_GLOBAL).stop();
    assertRefused("a.pt", TestCheckpoint.zip(pickle).build(), "refers to 'os.system'");
  }

  /** CVE-2025-32434: weights_only did not cover the tar format of PyTorch before 0.2. */
  @Test
  void tarArchive() throws Exception {
    byte[] tar = new byte[1024];
    System.arraycopy("pickle".getBytes(StandardCharsets.US_ASCII), 0, tar, 0, 6);
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    assertRefused("a.pt", tar, "this is a tar archive");
  }

  /** CVE-2026-24747: SETITEM on what is no dict. */
  @Test
  void setItemOnATensor() throws Exception {
    byte[] pickle = Pickle.protocol(2).tensor("0", 2).integer(0).integer(7).op('s').stop();
    assertRefused(
        "a.pt",
        TestCheckpoint.zip(pickle, Pickle.floats(1, 2)).build(),
        "sets items of a tensor from 2 values");
  }

  @Test
  void setItemsOnAStorage() throws Exception {
    byte[] pickle =
        Pickle.protocol(2)
            .storage("FloatStorage", "0", 2)
            .op('(')
            .integer(0)
            .integer(7)
            .op('u')
            .stop();
    assertRefused(
        "a.pt",
        TestCheckpoint.zip(pickle, Pickle.floats(1, 2)).build(),
        "sets items of a storage from 2 values");
  }

  /** CVE-2026-24747: a storage that claims more elements than its record has. */
  @Test
  void storageLongerThanItsRecord() throws Exception {
    byte[] pickle = Pickle.protocol(2).op('}').text("w").tensor("0", 1_000_000).op('s').stop();
    assertRefused(
        "a.pt",
        TestCheckpoint.zip(pickle, Pickle.floats(1)).build(),
        "storage '0' should be 1000000 elements of float32 but has 4 bytes");
  }

  /** CVE-2025-1944: the name in the local header hides the pickle from scanners. */
  @Test
  void localNameDiffers() throws Exception {
    TestZip zip = TestCheckpoint.zip();
    zip.get("data.pkl").localName = "archive/data.txt";
    assertRefused("a.pt", zip.build(), "header and directory disagree");
  }

  /** CVE-2025-1945: flag bits that stop Python's zipfile but not PyTorch. */
  @ParameterizedTest
  @CsvSource({"0x0001", "0x0020", "0x0040", "0x2000", "0x8000"})
  void flagBits(String flag) throws Exception {
    TestZip zip = TestCheckpoint.zip();
    zip.get("data.pkl").flags |= Integer.decode(flag);
    assertRefused("a.pt", zip.build(), "which say encrypted or otherwise unusual");
  }

  /** CVE-2025-10156: a wrong CRC stops scanners but not PyTorch. */
  @Test
  void wrongCrc() throws Exception {
    TestZip zip = TestCheckpoint.zip();
    zip.get("data.pkl").crc = 0xdead;
    assertRefused("a.pt", zip.build(), "does not have the CRC");
  }

  /** CVE-2025-1889, CVE-2025-10155: scanners that went by file name extensions. */
  @Test
  void otherExtensions() throws Exception {
    TestZip zip = TestCheckpoint.zip(call("os", "system"));
    assertRefused("weights.safetensors", zip.build(), "refers to 'os.system'");
  }

  /** A scanner stops at the broken opcode, but Python has run the call before it. */
  @Test
  void callBeforeABrokenOpcode() throws Exception {
    byte[] call = call("os", "system");
    byte[] broken = Arrays.copyOf(call, call.length + 2);
    broken[call.length - 1] = (byte) 0xfe;
    assertRefused("a.pt", TestCheckpoint.zip(broken).build(), "refers to 'os.system'");
  }

  @Test
  void secondArchiveBehindTheFirst() throws Exception {
    byte[] first = TestCheckpoint.zip().build();
    byte[] second = TestCheckpoint.zip(call("os", "system")).build();
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    assertRefused("a.pt", both, "the zip64 locator does not point to a zip64 end record");
  }
}
