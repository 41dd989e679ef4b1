package dev.millrace.kv.bitmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

class BitsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String BAD_OFFSET = "-ERR bit offset is not an integer or out of range";
    private static final String NOT_AN_INTEGER = "-ERR value is not an integer or out of range";

    @Test
    void a_bit_is_set_and_read_and_answers_what_it_was() {
        assertEquals(":0", kv.call("SETBIT", "a", "7", "1"));
        assertEquals("\u0001", kv.call("GET", "a"));
        assertEquals(":1", kv.call("SETBIT", "a", "7", "0"));
        assertEquals(":0", kv.call("SETBIT", "a", "16", "1"));
        assertEquals("\0\0\u0080", kv.call("GET", "a"));
        assertEquals(":1", kv.call("GETBIT", "a", "16"));
        assertEquals(":0", kv.call("GETBIT", "a", "17"));
        assertEquals(":0", kv.call("GETBIT", "a", "4294967295"));
        assertEquals(":0", kv.call("GETBIT", "b", "0"));
    }

    @Test
    void a_bit_that_stays_as_it_is_is_no_event() {
        kv.call("SETBIT", "a", "3", "0");
        assertEquals(List.of("new a", "setbit a"), kv.events());
        kv.call("SETBIT", "a", "3", "0");
        assertEquals(List.of(), kv.events());
        kv.call("SETBIT", "a", "8", "0");
        assertEquals(List.of("setbit a"), kv.events());
    }

    @Test
    void a_string_whose_bits_were_set_is_raw_even_if_none_changed() {
        kv.call("SET", "a", "1");
        kv.call("SETBIT", "a", "0", "0");
        assertEquals("raw", kv.call("OBJECT", "ENCODING", "a"));
    }

    @Test
    void offsets_and_bits_must_be_in_range() {
        assertEquals(BAD_OFFSET, kv.call("SETBIT", "a", "-1", "1"));
        assertEquals(BAD_OFFSET, kv.call("SETBIT", "a", "4294967296", "1"));
        assertEquals(BAD_OFFSET, kv.call("GETBIT", "a", "x"));
        String badBit = "-ERR bit is not an integer or out of range";
        assertEquals(badBit, kv.call("SETBIT", "a", "0", "2"));
        assertEquals(badBit, kv.call("SETBIT", "a", "0", "x"));
        assertEquals(":0", kv.call("EXISTS", "a"));
    }

    @Test
    void bitcount_counts_bytes_or_bits() {
        kv.call("SET", "a", "foobar");
        assertEquals(":26", kv.call("BITCOUNT", "a"));
        assertEquals(":4", kv.call("BITCOUNT", "a", "0", "0"));
        assertEquals(":6", kv.call("BITCOUNT", "a", "1", "1", "BYTE"));
        assertEquals(":17", kv.call("BITCOUNT", "a", "5", "30", "BIT"));
        assertEquals(":0", kv.call("BITCOUNT", "a", "3", "1"));
        assertEquals(":0", kv.call("BITCOUNT", "b"));
    }

    @Test
    void bitcount_refuses_half_a_range() {
        kv.call("SET", "a", "foobar");
        assertEquals("-ERR syntax error", kv.call("BITCOUNT", "a", "0"));
        assertEquals("-ERR syntax error", kv.call("BITCOUNT", "a", "0", "1", "WORD"));
        assertEquals(":0", kv.call("BITCOUNT", "a", "-1", "-2", "WORD"));
        assertEquals(NOT_AN_INTEGER, kv.call("BITCOUNT", "a", "0", "x"));
        assertEquals(":0", kv.call("BITCOUNT", "b", "0"));
    }

    @Test
    void bitpos_finds_the_first_bit_of_a_kind() {
        kv.call("SET", "a", "\u00ff\u00f0\0");
        assertEquals(":12", kv.call("BITPOS", "a", "0"));
        assertEquals(":0", kv.call("BITPOS", "a", "1"));
        assertEquals(":8", kv.call("BITPOS", "a", "1", "1"));
        assertEquals(":-1", kv.call("BITPOS", "a", "1", "2"));
        assertEquals(":16", kv.call("BITPOS", "a", "0", "2", "-1", "BYTE"));
        assertEquals(":9", kv.call("BITPOS", "a", "1", "9", "20", "BIT"));
    }

    @Test
    void behind_a_string_of_ones_there_are_zeros_unless_the_end_is_given() {
        kv.call("SET", "a", "\u00ff\u00ff");
        assertEquals(":16", kv.call("BITPOS", "a", "0"));
        assertEquals(":16", kv.call("BITPOS", "a", "0", "1"));
        assertEquals(":-1", kv.call("BITPOS", "a", "0", "0", "-1"));
        assertEquals(":-1", kv.call("BITPOS", "a", "0", "5"));
        assertEquals(":0", kv.call("BITPOS", "b", "0"));
        assertEquals(":-1", kv.call("BITPOS", "b", "1"));
        kv.call("SET", "c", "");
        assertEquals(":-1", kv.call("BITPOS", "c", "0"));
    }

    @Test
    void bitpos_refuses_what_it_does_not_know() {
        kv.call("SET", "a", "x");
        assertEquals("-ERR The bit argument must be 1 or 0.", kv.call("BITPOS", "a", "2"));
        assertEquals(NOT_AN_INTEGER, kv.call("BITPOS", "a", "x"));
        assertEquals("-ERR syntax error", kv.call("BITPOS", "a", "1", "0", "1", "WORD"));
        assertEquals("-ERR syntax error", kv.call("BITPOS", "a", "1", "0", "1", "BIT", "x"));
    }

    @Test
    void counts_and_positions_are_those_of_a_bit_by_bit_search() {
        Seeds.each(
                200,
                random -> {
                    String value = sparse(random);
                    kv.call("SET", "a", value);
                    for (int i = 0; i < 20; i++) {
                        boolean byBit = random.nextBoolean();
                        int length = value.length() * (byBit ? 8 : 1);
                        int start = random.nextInt(length);
                        int end = random.nextInt(start, length);
                        int bit = random.nextInt(2);
                        int from = byBit ? start : start * 8;
                        int to = byBit ? end : end * 8 + 7;
                        String unit = byBit ? "BIT" : "BYTE";
                        assertEquals(
                                ":" + count(value, from, to),
                                kv.call("BITCOUNT", "a", "" + start, "" + end, unit));
                        assertEquals(
                                ":" + find(value, from, to, bit),
                                kv.call("BITPOS", "a", "" + bit, "" + start, "" + end, unit));
                    }
                });
    }

    /** Long runs of zeros or ones, with a few bits that are not. */
    private static String sparse(SplittableRandom random) {
        char fill = random.nextBoolean() ? '\0' : '\u00ff';
        char[] value = new char[random.nextInt(1, 100)];
        for (int i = 0; i < value.length; i++) {
            value[i] = random.nextInt(10) == 0 ? (char) random.nextInt(256) : fill;
        }
        return new String(value);
    }

    private static int bit(String value, int index) {
        return value.charAt(index >> 3) >> 7 - (index & 7) & 1;
    }

    private static int count(String value, int from, int to) {
        int count = 0;
        for (int i = from; i <= to; i++) {
            count += bit(value, i);
        }
        return count;
    }

    private static int find(String value, int from, int to, int wanted) {
        for (int i = from; i <= to; i++) {
            if (bit(value, i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void random_bits_are_those_of_a_bit_set() {
        Seeds.each(
                20,
                random -> {
                    kv.call("DEL", "a");
                    BitSet model = new BitSet();
                    for (int i = 0; i < 200; i++) {
                        int offset = random.nextInt(random.nextBoolean() ? 100 : 10_000);
                        boolean on = random.nextBoolean();
                        String before = model.get(offset) ? ":1" : ":0";
                        assertEquals(before, kv.call("SETBIT", "a", "" + offset, on ? "1" : "0"));
                        model.set(offset, on);
                    }
                    assertEquals(":" + model.cardinality(), kv.call("BITCOUNT", "a"));
                });
    }
}
