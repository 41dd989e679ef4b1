package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.command.Refusal;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What is expected here was printed by Redis 7.0.15 on x86-64. */
class LongDoubleTest {
    private static String sum(String a, String b) {
        return LongDouble.parse(a).plus(LongDouble.parse(b)).text();
    }

    @Test
    void sums_are_those_of_a_mantissa_of_64_bits() {
        assertEquals("3001", sum("3.0e3", "1"));
        assertEquals("10.6", sum("10.5", "0.1"));
        assertEquals("0.3", sum("0.1", "0.2"));
        assertEquals("1.00000000000000022", sum("1", "2.2e-16"));
        assertEquals("18446744073709551616", sum("18446744073709551615", "1"));
        assertEquals("18446744073709551616", sum("18446744073709551616", "1"));
        assertEquals("3.14159265358979324", sum("3.14159265358979323846264338327950288", "0"));
        assertEquals("100000000000000000000", sum("1e20", "0"));
        assertEquals("100000000000000000000000000", sum("1e26", "-1e6"));
    }

    @Test
    void numbers_are_written_without_exponent_and_trailing_zeros() {
        assertEquals("0", sum("-0", "0"));
        assertEquals("0", sum("1e-18", "0"));
        assertEquals("0", sum("-1e-18", "0"));
        assertEquals("0.00000000000000001", sum("1e-17", "0"));
        assertEquals("-1.5", sum("-1.50", "0"));
        assertEquals("100", sum("100.0", "0"));
    }

    @Test
    void every_form_that_strtold_reads_is_read() {
        assertEquals("0.5", sum(".5", "0"));
        assertEquals("5", sum("5.", "0"));
        assertEquals("3", sum("+3", "0"));
        assertEquals("12", sum("0x1.8p3", "0"));
        assertEquals("10", sum("0xA", "0"));
        assertEquals("0.5", sum("0x.8", "0"));
        assertEquals("0", sum("0e9999999999999999", "0"));
        assertFalse(LongDouble.parse("-Infinity").isFinite());
        assertFalse(LongDouble.parse("inf").isFinite());
    }

    @Test
    void what_is_no_number_or_out_of_range_is_refused() {
        for (String text :
                List.of(
                        "",
                        " 1",
                        "1 ",
                        "nan",
                        "1e",
                        ".",
                        "1.2.3",
                        "0x",
                        "0xg",
                        "--1",
                        "1e5000",
                        "-1e99999999999",
                        "1e-5000",
                        "infinit",
                        "1_0",
                        "0".repeat(5120))) {
            assertThrows(Refusal.class, () -> LongDouble.parse(text), text);
        }
    }

    @Test
    void a_sum_that_is_too_large_is_infinite() {
        LongDouble large = LongDouble.parse("1e4932");
        assertFalse(large.plus(large).isFinite());
        assertEquals("0", large.plus(LongDouble.parse("-1e4932")).text());
    }

    @Test
    void doubles_survive() {
        Seeds.each(
                500,
                random -> {
                    double value = random.nextDouble() * Math.pow(10, random.nextInt(0, 20));
                    String text = LongDouble.parse(Double.toString(value)).text();
                    assertEquals(value, Double.parseDouble(text), Math.max(Math.ulp(value), 1e-17));
                });
    }
}
