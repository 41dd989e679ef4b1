package dev.millrace.kv.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.shard.StoredCheckpoint;
import dev.millrace.kv.Contents;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What is in the checkpoints of large collections: {@code LargeCollectionsTest}. */
class CheckpointExportTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private final CheckpointExport export = new CheckpointExport();
    @TempDir private Path folder;

    private Path file() {
        return folder.resolve("dump.rdb");
    }

    private long export(Path file) throws IOException {
        kv.beginCheckpoint();
        kv.endCheckpoint();
        try (StoredCheckpoint stored = kv.shard().openNewest().orElseThrow()) {
            return export.run(Optional.of(stored), file, kv.nowMillis());
        }
    }

    @Test
    void every_type_of_every_database_is_in_it_and_what_has_expired_is_not() throws IOException {
        kv.call("SET", "string", "value");
        kv.call("SET", "soon", "value", "PX", "1000");
        kv.call("SET", "later", "value", "PX", "1000000");
        kv.call("RPUSH", "list", "a", "1");
        kv.call("HSET", "hash", "a", "1");
        kv.call("SADD", "integers", "3", "1");
        kv.call("SADD", "set", "a", "1");
        kv.call("ZADD", "sorted", "1.5", "a", "-inf", "b");
        kv.call("SELECT", "15");
        kv.call("SET", "elsewhere", "x".repeat(1000));
        kv.call("SELECT", "0");
        kv.advance(2000);
        Map<String, String> expected = Contents.of(kv.stripes());
        expected.keySet().removeIf(name -> name.equals("0/soon"));
        assertEquals(8, export(file()));
        assertEquals(expected, Contents.of(file(), kv.nowMillis()));
    }

    @Test
    void one_object_writes_many_files_and_forgets_what_was_in_them() throws IOException {
        for (int i = 0; i < 1000; i++) {
            kv.call("HSET", "large", "field:" + i, "value:" + i);
        }
        assertEquals(1, export(file()));
        kv.call("DEL", "large");
        kv.call("SET", "small", "value");
        assertEquals(1, export(file()));
        assertEquals(Map.of("0/small", "string 0 [value]"), Contents.of(file(), kv.nowMillis()));
    }

    @Test
    void where_nothing_was_written_the_file_is_empty() throws IOException {
        assertEquals(0, export.run(Optional.empty(), file(), kv.nowMillis()));
        assertEquals(Map.of(), Contents.of(file(), kv.nowMillis()));
    }

    @Test
    void a_file_that_cannot_be_written_leaves_the_older_one() throws IOException {
        Files.writeString(file(), "older");
        // A directory stands where the unfinished file is to be.
        Path inTheWay = Files.createDirectory(DumpFile.unfinished(file()));
        kv.call("SET", "key", "value");
        assertThrows(IOException.class, () -> export(file()));
        assertEquals("older", Files.readString(file()));
        Files.delete(inTheWay);
        assertEquals(1, export(file()));
        assertFalse(Files.exists(inTheWay));
        assertTrue(Files.readString(file(), StandardCharsets.ISO_8859_1).startsWith("REDIS0010"));
    }
}
