package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.CorruptJournalException;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class UpstreamTest {
    @Test
    void it_is_read_as_it_was_written() {
        Upstream fresh = Upstream.of("::1", 6379);
        assertEquals(fresh, Upstream.parse(fresh.toBytes()));
        assertFalse(fresh.canGoOn());
        Upstream later = fresh.at("a".repeat(40), 123_456_789_012L, 7);
        assertEquals(later, Upstream.parse(later.toBytes()));
        assertTrue(later.canGoOn());
        Upstream half = fresh.loading("b".repeat(40), 77);
        assertEquals(half, Upstream.parse(half.toBytes()));
        assertTrue(half.isHalf());
        assertFalse(half.canGoOn());
    }

    @Test
    void the_longest_name_of_a_host_fits_into_what_is_set_aside() {
        Upstream longest =
                Upstream.of("\u4e2d".repeat(Upstream.HOST_CHARS_MAX), 65535)
                        .at("a".repeat(40), Long.MAX_VALUE, 15);
        assertTrue(longest.toBytes().length + Upstream.NAME.length() + 32 < Upstream.BYTES_MAX);
    }

    @Test
    void streams_have_names_of_forty_letters_and_digits() {
        assertTrue(Upstream.isStreamId("0123456789abcdefABCDEF0123456789abcdefAB"));
        for (String text :
                new String[] {"", "?", "a".repeat(39), "a".repeat(41), "../".repeat(13) + "a"}) {
            assertFalse(Upstream.isStreamId(text), text);
        }
    }

    @Test
    void what_is_none_is_told_as_it_is() {
        for (String text : new String[] {"", "1 2 3", "x - 0 0 host", "1 - x 0 host"}) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            CorruptJournalException bad =
                    assertThrows(CorruptJournalException.class, () -> Upstream.parse(bytes));
            assertEquals("kv upstream: " + text, bad.getMessage());
        }
    }
}
