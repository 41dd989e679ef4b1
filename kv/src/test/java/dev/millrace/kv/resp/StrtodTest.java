package dev.millrace.kv.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

class StrtodTest {
    private final NativeBuffer buffer = new NativeBuffer(64);

    private long put(String text) {
        buffer.clear();
        buffer.put(text.getBytes(StandardCharsets.ISO_8859_1));
        return buffer.address();
    }

    private double whole(String text) {
        return Strtod.whole(put(text), text.length());
    }

    private double lenient(String text) {
        return Strtod.lenient(put(text), text.length());
    }

    @Test
    void what_was_written_is_read_to_the_last_bit() {
        Seeds.each(
                2000,
                random -> {
                    double value = value(random);
                    for (String text :
                            List.of(
                                    DoubleText.of(value),
                                    Double.toString(value),
                                    random.nextLong() + "." + random.nextInt(1000),
                                    random.nextLong() + "e" + random.nextInt(-30, 30))) {
                        assertEquals(Double.parseDouble(text), whole(text), text);
                    }
                });
    }

    private static double value(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt() / 1000.0;
            case 1 -> random.nextLong() / 8.0;
            case 2 -> random.nextDouble() * Math.pow(10, random.nextInt(-40, 40));
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(any) ? any : 0.1;
            }
        };
    }

    @Test
    void ties_are_rounded_to_even() {
        for (String text :
                List.of(
                        "9007199254740993",
                        "9007199254740995",
                        "18014398509481986",
                        "18014398509481990",
                        "9007199254740993e3",
                        "90071992547409930e-1",
                        "1.00000000000000011102230246251565")) {
            assertEquals(Double.parseDouble(text), whole(text), text);
        }
    }

    @Test
    void all_that_c_reads_is_read() {
        assertEquals(Double.POSITIVE_INFINITY, whole("+iNf"));
        assertEquals(Double.NEGATIVE_INFINITY, whole("-infinity"));
        assertEquals(8, whole("0x1p3"));
        assertEquals(0.5, whole("0X.8"));
        assertEquals(-26, whole("-0x1A"));
        assertEquals(5, whole("5."));
        assertEquals(0.5, whole(".5"));
        assertEquals(1, whole("+1"));
        assertEquals(-0.0, whole("-0"));
        assertEquals(4.9e-324, whole("4.9e-324"));
        assertEquals(0, whole("0e9999"));
    }

    @Test
    void what_is_no_number_is_refused() {
        for (String text :
                List.of(
                        "", " 1", "1 ", "nan", "-nan", ".", "-", "+", "1e", "1e+", "0x", "1x",
                        "--1", "1\0", "1e400", "-1e400", "1e-400", "in", "infinit", "1.2.3")) {
            assertTrue(Double.isNaN(whole(text)), text);
        }
    }

    @Test
    void a_bound_may_have_blanks_before_it_and_be_out_of_range() {
        assertEquals(1, lenient(" \t\n1"));
        assertEquals(0, lenient(""));
        assertEquals(0, lenient("\0junk"));
        assertEquals(1, lenient("1\0junk"));
        assertEquals(Double.POSITIVE_INFINITY, lenient("1e400"));
        assertEquals(0, lenient("1e-400"));
        assertTrue(Double.isNaN(lenient("1 ")));
        assertTrue(Double.isNaN(lenient("  ")));
        assertTrue(Double.isNaN(lenient("nan")));
    }
}
