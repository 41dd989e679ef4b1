package dev.millrace.it.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.crash.SmallDisk;
import dev.millrace.it.resp.RespConnection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Scripts that change more than the journal has space for ahead, on a disk with and without room.
 */
class LargeScriptTest {
    private static final int SEGMENT_BYTES = 512 << 10;
    private static final int DISK_BYTES = 8 << 20;
    private static final String VALUE = "x".repeat(32 * 1024);
    private static final String SETS =
            "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'key:' .. i, ARGV[2]) end return 'done'";

    @TempDir private Path folder;

    private static Product up(Path data) throws IOException {
        return Product.up(
                data,
                "--set",
                "journal.segment-bytes=" + SEGMENT_BYTES,
                "--set",
                "journal.spares=1",
                "--set",
                "journal.low-water-bytes=0");
    }

    private static RespConnection connect(Product product) throws IOException {
        return RespConnection.open(product.port("kv.resp.port"));
    }

    /** What was too little for many values may do for one: of the same key, again and again. */
    private static String untilRefused(RespConnection client) throws IOException {
        String answer = "";
        for (int i = 0; i < DISK_BYTES / VALUE.length() && !answer.startsWith("-"); i++) {
            answer = client.call("EVAL", SETS, "0", "1", VALUE).raw();
        }
        return answer;
    }

    @Test
    void a_script_waits_for_space_that_is_being_made() throws Exception {
        Path data = folder.resolve("data");
        try (Product product = up(data);
                RespConnection client = connect(product)) {
            assertEquals("$4\r\ndone\r\n", client.call("EVAL", SETS, "0", "1000", VALUE).raw());
            product.kill();
        }
        try (Product product = up(data);
                RespConnection client = connect(product)) {
            assertEquals(":1000\r\n", client.call("DBSIZE").raw());
        }
    }

    @Test
    void on_a_full_disk_a_script_is_refused_what_it_would_change_and_keeps_what_it_has()
            throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        try (SmallDisk disk = SmallDisk.at(data, DISK_BYTES)) {
            long kept;
            try (Product product = up(data);
                    RespConnection client = connect(product)) {
                String refused = client.call("EVAL", SETS, "0", "1000", VALUE).raw();
                assertTrue(refused.contains("journal"), refused);
                kept = client.call("DBSIZE").reply().number();
                assertTrue(kept > 10, "keys: " + kept);
                String again = untilRefused(client);
                assertTrue(again.startsWith("-MISCONF "), again);
                assertEquals(":1\r\n", client.call("EVAL", "return 1", "0").raw());
                product.kill();
            }
            try (Product product = up(data);
                    RespConnection client = connect(product)) {
                assertEquals(kept, client.call("DBSIZE").reply().number());
                disk.resize(64 << 20);
            }
        }
    }
}
