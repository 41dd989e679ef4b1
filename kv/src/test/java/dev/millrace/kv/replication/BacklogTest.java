package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

class BacklogTest {
    private static final int BLOCK = Backlog.BLOCK_BYTES;

    private static byte[] from(Backlog backlog, long offset) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (long at = offset; at < backlog.end(); ) {
            Backlog.Run run = backlog.from(at);
            all.writeBytes(Memory.bytes(run.address(), (int) run.bytes()));
            at += run.bytes();
        }
        return all.toByteArray();
    }

    @Test
    void it_has_the_last_bytes_of_whatever_was_added_and_all_that_a_slow_one_has_not() {
        Seeds.each(
                20,
                random -> {
                    int begin = random.nextInt(0, 1000);
                    Backlog backlog = new Backlog(random.nextInt(1, 2 * BLOCK), begin);
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    int slow = 0;
                    for (int i = 0; i < 30; i++) {
                        byte[] bytes = new byte[random.nextInt(0, BLOCK)];
                        random.nextBytes(bytes);
                        backlog.add(bytes);
                        all.writeBytes(bytes);
                        if (random.nextInt(0, 8) == 0) {
                            backlog.wantedBytes(random.nextInt(1, 3 * BLOCK));
                        }
                        slow = random.nextInt(slow, all.size() + 1);
                        backlog.trim(begin + slow);
                        byte[] whole = all.toByteArray();
                        assertEquals(begin + whole.length, backlog.end());
                        assertArrayEquals(
                                Arrays.copyOfRange(whole, slow, whole.length),
                                from(backlog, begin + slow));
                        int first = (int) (backlog.first() - begin);
                        assertTrue(whole.length - first <= backlog.wantedBytes());
                        assertArrayEquals(
                                Arrays.copyOfRange(whole, first, whole.length),
                                from(backlog, begin + first));
                    }
                    backlog.trim(backlog.end());
                    assertTrue(backlog.heldBytes() <= backlog.wantedBytes() + 2 * BLOCK);
                    backlog.free();
                    assertEquals(0, backlog.heldBytes());
                });
    }

    @Test
    void it_says_which_offsets_it_has() {
        Backlog backlog = new Backlog(4, 100);
        assertTrue(backlog.has(100));
        assertFalse(backlog.has(99));
        backlog.add(new byte[6]);
        assertEquals(102, backlog.first());
        assertFalse(backlog.has(101));
        assertTrue(backlog.has(102));
        assertTrue(backlog.has(106));
        assertFalse(backlog.has(107));
        assertEquals(0, backlog.from(106).bytes());
        backlog.free();
    }
}
