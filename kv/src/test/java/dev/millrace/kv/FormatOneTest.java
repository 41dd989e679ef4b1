package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.store.Stripes;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;

/**
 * A data directory as version 0.1.0 left it when it was killed: journal and checkpoint of format 1,
 * with every effect there was then. Every later version must open it. It is never written anew; a
 * new format gets a directory, and a test, of its own.
 */
class FormatOneTest {
    private static final String FORMAT = "/format-1/";

    @TempDir Path data;

    @BeforeEach
    void unpack() throws Exception {
        assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
                "written on a machine of this byte order");
        for (String folder : List.of("journal", "snapshot")) {
            Files.createDirectories(data.resolve(folder));
            for (Path packed : files(folder)) {
                String name = String.valueOf(packed.getFileName()).replace(".gz", "");
                try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
                    Files.copy(in, data.resolve(folder).resolve(name));
                }
            }
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        URL url = FormatOneTest.class.getResource(FORMAT + name);
        return Path.of(Objects.requireNonNull(url, name).toURI());
    }

    private static List<Path> files(String folder) throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(resource(folder))) {
            return files.toList();
        }
    }

    private List<String> open(int stripeCount) throws IOException {
        Stripes stripes = new Stripes(stripeCount);
        Shard shard =
                Shard.open(
                        new FileDisk(data.resolve("journal")),
                        new FileDisk(data.resolve("snapshot")),
                        new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                        List.of(new KvMachine(stripes)),
                        Clock.systemUTC());
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> item : StoreState.of(stripes).entrySet()) {
            lines.add(shown(item.getKey()) + " = " + shown(item.getValue()));
        }
        shard.segments().close();
        return lines;
    }

    /** As it is if it is short and can be printed, else its length and sum. */
    private static String shown(String text) {
        if (text.length() < 100 && text.chars().allMatch(c -> c >= ' ' && c < 127)) {
            return text;
        }
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return text.length() + " characters, CRC32C " + Long.toHexString(crc.getValue());
    }

    @Test
    void what_the_first_format_holds_is_there() throws Exception {
        List<String> expected = Files.readAllLines(resource("expected.txt"));
        assertEquals(String.join("\n", expected), String.join("\n", open(1)));
        assertEquals(expected, open(4), "a second start, with other stripes");
    }
}
