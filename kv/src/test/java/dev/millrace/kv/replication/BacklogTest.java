package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

class BacklogTest {
    @Test
    void it_has_the_last_bytes_of_whatever_was_added() {
        Seeds.each(
                200,
                random -> {
                    int capacity = random.nextInt(1, 50);
                    int begin = random.nextInt(0, 1000);
                    Backlog backlog = new Backlog(capacity, begin);
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (int i = 0; i < 30; i++) {
                        byte[] bytes = new byte[random.nextInt(0, 70)];
                        random.nextBytes(bytes);
                        backlog.add(bytes);
                        all.writeBytes(bytes);
                        if (random.nextInt(0, 8) == 0) {
                            capacity = random.nextInt(1, 50);
                            backlog = backlog.resized(capacity);
                        }
                        assertEquals(begin + all.size(), backlog.end());
                        byte[] kept = backlog.from(backlog.first());
                        assertTrue(kept.length <= capacity);
                        byte[] whole = all.toByteArray();
                        int from = whole.length - kept.length;
                        assertArrayEquals(Arrays.copyOfRange(whole, from, whole.length), kept);
                    }
                });
    }

    @Test
    void it_says_which_offsets_it_has() {
        Backlog backlog = new Backlog(4, 100);
        backlog.add(new byte[6]);
        assertEquals(102, backlog.first());
        assertFalse(backlog.has(101));
        assertTrue(backlog.has(102));
        assertTrue(backlog.has(106));
        assertFalse(backlog.has(107));
    }
}
