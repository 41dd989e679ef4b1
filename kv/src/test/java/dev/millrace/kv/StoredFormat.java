package dev.millrace.kv;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;

/** A data directory of some format, kept packed among the resources, and what must be in it. */
record StoredFormat(String name, Path data) {

    /** Unpacks it. */
    static StoredFormat unpack(String name, Path data) throws IOException, URISyntaxException {
        StoredFormat format = new StoredFormat(name, data);
        for (String folder : List.of("journal", "snapshot")) {
            Files.createDirectories(data.resolve(folder));
            for (Path packed : format.files(folder)) {
                String file = String.valueOf(packed.getFileName()).replace(".gz", "");
                try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
                    Files.copy(in, data.resolve(folder).resolve(file));
                }
            }
        }
        return format;
    }

    private Path resource(String inner) throws URISyntaxException {
        URL url = StoredFormat.class.getResource("/" + name + "/" + inner);
        return Path.of(Objects.requireNonNull(url, inner).toURI());
    }

    private List<Path> files(String folder) throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(resource(folder))) {
            return files.toList();
        }
    }

    /** What must be in it, a line for each key. */
    List<String> expected() throws IOException, URISyntaxException {
        return Files.readAllLines(resource("expected.txt"));
    }

    /** Starts from it, stops, and says what is in it, a line for each key. */
    List<String> open(int stripeCount) throws IOException {
        Stripes stripes = new Stripes(stripeCount);
        Shard shard =
                Shard.open(
                        new FileDisk(data.resolve("journal")),
                        new FileDisk(data.resolve("snapshot")),
                        new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                        List.of(new KvMachine(stripes)),
                        Clock.systemUTC(),
                        new Random(1));
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
}
