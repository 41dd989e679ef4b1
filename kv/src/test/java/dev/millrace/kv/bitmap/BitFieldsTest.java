package dev.millrace.kv.bitmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.math.BigInteger;
import java.util.List;

class BitFieldsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static String field(String operations) {
        return kv.call(("BITFIELD a " + operations).split(" "));
    }

    @Test
    void integers_of_any_width_stand_at_any_bit() {
        assertEquals("[:0]", field("SET u8 0 255"));
        assertEquals("[:255, :15, :-1]", field("GET u8 0 GET u4 4 GET i8 0"));
        assertEquals("[:0, :5]", field("SET i5 13 5 GET i5 13"));
        assertEquals("\u00ff\u0001@", kv.call("GET", "a"));
        assertEquals("[:0]", field("SET i64 64 -9223372036854775808"));
        assertEquals("[:-9223372036854775808]", field("GET i64 64"));
        assertEquals("[:0]", field("GET u63 100000"));
    }

    @Test
    void a_hash_counts_in_fields() {
        assertEquals("[:0, :0]", field("SET u8 #0 65 SET u8 #1 66"));
        assertEquals("AB", kv.call("GET", "a"));
        assertEquals("[:66]", field("GET u8 #1"));
    }

    @Test
    void overflow_wraps_saturates_or_fails() {
        assertEquals("[:0]", field("SET u2 0 3"));
        assertEquals("[:0]", field("INCRBY u2 0 1"));
        assertEquals("[:3]", field("OVERFLOW SAT INCRBY u2 0 10"));
        assertEquals("[nil, :3]", field("OVERFLOW FAIL INCRBY u2 0 1 GET u2 0"));
        assertEquals("[:0]", field("OVERFLOW SAT INCRBY u2 0 -10"));
        assertEquals("[:-128, :127]", field("INCRBY i8 8 -128 OVERFLOW SAT INCRBY i8 8 1000"));
        assertEquals("[:127, nil]", field("SET i8 8 300 OVERFLOW FAIL SET i8 8 128"));
        assertEquals("[:44]", field("GET i8 8"));
    }

    @Test
    void a_value_far_too_small_for_a_type_counts_as_too_large_as_in_redis() {
        assertEquals("[:0, :127]", field("OVERFLOW SAT SET i8 0 -9223372036854775808 GET i8 0"));
    }

    @Test
    void the_string_grows_as_far_as_is_written_even_if_that_fails() {
        assertEquals("[nil]", field("OVERFLOW FAIL INCRBY u8 100 1000"));
        assertEquals(":14", kv.call("STRLEN", "a"));
        assertEquals(List.of("new a"), kv.events());
        assertEquals("[:0]", field("SET u8 0 0"));
        assertEquals(List.of(), kv.events());
        assertEquals("[:0]", field("SET u8 0 1"));
        assertEquals(List.of("setbit a"), kv.events());
    }

    @Test
    void reading_makes_nothing() {
        assertEquals("[:0]", field("GET u8 0"));
        assertEquals("[]", kv.call("BITFIELD", "a"));
        assertEquals(":0", kv.call("EXISTS", "a"));
        assertEquals("[:0]", kv.call("BITFIELD_RO", "a", "GET", "u8", "0"));
        assertEquals(
                "-ERR BITFIELD_RO only supports the GET subcommand",
                kv.call("BITFIELD_RO", "a", "SET", "u8", "0", "1"));
    }

    @Test
    void what_makes_no_sense_is_refused_before_anything_is_done() {
        String badType =
                "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not"
                        + " supported but i64 is.";
        for (String type : List.of("u64", "i65", "i0", "u", "x8", "I8", "u08", "u-1")) {
            assertEquals(badType, field("SET u8 0 1 GET " + type + " 0"), type);
        }
        assertEquals("-ERR bit offset is not an integer or out of range", field("SET u8 -1 1"));
        assertEquals(
                "-ERR bit offset is not an integer or out of range",
                field("GET u8 #9223372036854775807"));
        assertEquals("-ERR Invalid OVERFLOW type specified", field("OVERFLOW WHAT GET u8 0"));
        assertEquals("-ERR syntax error", field("SET u8 0"));
        assertEquals("-ERR syntax error", field("WHAT u8 0 1"));
        assertEquals("-ERR value is not an integer or out of range", field("SET u8 0 x"));
        assertEquals(":0", kv.call("EXISTS", "a"));
    }

    @Test
    void a_long_key_is_logged_for_each_operation_and_fits() {
        String key = "k".repeat(10_000);
        StringBuilder command = new StringBuilder("BITFIELD " + key);
        command.append(" SET u64 #1 1 INCRBY i7 3 1".replace("u64", "u63").repeat(50));
        kv.call(command.toString().split(" "));
        assertEquals("[:50]", kv.call("BITFIELD", key, "GET", "i7", "3"));
    }

    @Test
    void fields_are_those_of_one_big_number() {
        Seeds.each(
                100,
                random -> {
                    kv.call("DEL", "a");
                    BigInteger model = BigInteger.ZERO; // bit i of the string is bit 1023 - i
                    for (int i = 0; i < 40; i++) {
                        int bits = random.nextInt(1, 64);
                        int offset = random.nextInt(1024 - bits);
                        long value = random.nextLong() >>> 64 - bits;
                        int shift = 1024 - offset - bits;
                        BigInteger mask = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
                        long before = model.shiftRight(shift).and(mask).longValue();
                        assertEquals(
                                "[:" + before + "]",
                                field("SET u" + bits + " " + offset + " " + value));
                        model =
                                model.andNot(mask.shiftLeft(shift))
                                        .or(BigInteger.valueOf(value).shiftLeft(shift));
                    }
                    for (int offset = 0; offset < 1024; offset += 32) {
                        int expected = model.shiftRight(1024 - offset - 32).intValue();
                        assertEquals("[:" + expected + "]", field("GET i32 " + offset));
                    }
                });
    }
}
