package dev.millrace.kv.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.journal.Progress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

class RepeatedKeyTest {
    private static final int VALUE_BYTES = 2;

    @TempDir private Path folder;

    private final ByteArrayOutputStream dump = new ByteArrayOutputStream();

    private void put(int... bytes) {
        for (int each : bytes) {
            dump.write(each);
        }
    }

    private void begin() {
        dump.writeBytes("REDIS0010".getBytes(StandardCharsets.US_ASCII));
        database(0);
    }

    private void database(int number) {
        put(0xfe, number);
    }

    private void key(char name) {
        put(0, 1, name, 1, 'v');
    }

    private DumpLoad.Loaded load() throws IOException {
        put(0xff, 0, 0, 0, 0, 0, 0, 0, 0);
        Path file = folder.resolve("dump.rdb");
        Files.write(file, dump.toByteArray());
        return RdbImport.run(file, folder.resolve("data"), Clock.systemUTC(), Progress.UNSEEN);
    }

    @Test
    void a_file_that_has_a_key_twice_is_named_with_the_offset_and_nothing_of_it_is_loaded() {
        begin();
        key('a');
        key('b');
        key('a');
        int behindKey = dump.size() - VALUE_BYTES;
        BadFile refused = assertThrows(BadFile.class, this::load);
        assertEquals(
                folder.resolve("dump.rdb")
                        + " at offset "
                        + behindKey
                        + ": a key that is there already",
                refused.getMessage());
        assertFalse(Files.exists(folder.resolve("data/journal")));
    }

    @Test
    void a_number_and_its_text_are_one_key() {
        begin();
        put(0, 1, '7', 1, 'v');
        put(0, 0xc0, 7, 1, 'v');
        int behindKey = dump.size() - VALUE_BYTES;
        BadFile refused = assertThrows(BadFile.class, this::load);
        assertEquals(
                folder.resolve("dump.rdb")
                        + " at offset "
                        + behindKey
                        + ": a key that is there already",
                refused.getMessage());
    }

    @Test
    void each_database_may_have_a_key() throws IOException {
        begin();
        key('a');
        database(1);
        key('a');
        assertEquals(new DumpLoad.Loaded(2, 0, 0), load());
    }
}
