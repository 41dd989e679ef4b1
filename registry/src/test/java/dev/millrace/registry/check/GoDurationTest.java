package dev.millrace.registry.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class GoDurationTest {
    @Test
    void durations_are_read_as_go_reads_them() {
        assertNanos(0, "0");
        assertNanos(0, "-0");
        assertNanos(0, "+0");
        assertNanos(5_000_000_000L, "5s");
        assertNanos(30_000_000_000L, "30s");
        assertNanos(1_478_000_000_000L, "1478s");
        assertNanos(-5_000_000_000L, "-5s");
        assertNanos(5_000_000_000L, "+5s");
        assertNanos(5_600_000_000L, "5.6s");
        assertNanos(5_000_000_000L, "5.s");
        assertNanos(500_000_000L, ".5s");
        assertNanos(1_004_000_000L, "1.00400s");
        assertNanos(100_000_000_001_000L, "100000.000001s");
        assertNanos(10, "10ns");
        assertNanos(11_000, "11us");
        assertNanos(12_000, "12µs");
        assertNanos(12_000, "12μs");
        assertNanos(13_000_000, "13ms");
        assertNanos(15 * 60_000_000_000L, "15m");
        assertNanos(16 * 3_600_000_000_000L, "16h");
        assertNanos(3 * 3_600_000_000_000L + 30 * 60_000_000_000L, "3h30m");
        assertNanos(-90_000_000_000L, "-1m30s");
        assertNanos(39 * 3_600_000_000_000L + 567_000_000_123L, "39h9m27.000000123s");
        assertNanos(5_400_000_000_000L, "1.5h");
        assertNanos(10_500_000_000L, "10.5s");
        assertNanos(20 * 60_000_000_000L, "0.3333333333333333333h");
        assertNanos(1L << 53, "9007199254740.992us");
        assertNanos(Long.MAX_VALUE, "9223372036854775807ns");
        assertNanos(Long.MAX_VALUE, "9223372036854775.807us");
        assertNanos(Long.MIN_VALUE, "-9223372036854775808ns");
        assertNanos(Long.MIN_VALUE, "-2562047h47m16.854775808s");
        assertNanos(360_000_000_000L, "0.100000000000000000000h");
        assertNanos(2_993_937_640_000L, "49m53.93764s");
    }

    @Test
    void what_is_no_duration_is_refused_in_gos_words() {
        assertReason("time: invalid duration \"\"", "");
        assertReason("time: missing unit in duration \"3\"", "3");
        assertReason("time: invalid duration \"-\"", "-");
        assertReason("time: invalid duration \"s\"", "s");
        assertReason("time: invalid duration \".\"", ".");
        assertReason("time: invalid duration \"-.\"", "-.");
        assertReason("time: invalid duration \".s\"", ".s");
        assertReason("time: invalid duration \"+.s\"", "+.s");
        assertReason("time: unknown unit \"d\" in duration \"1d\"", "1d");
        assertReason("time: unknown unit \"x\\xc2\\x85\" in duration \"1x\\xc2\\x85\"", "1x\u0085");
        assertReason("time: invalid duration \"9223372036854775810ns\"", "9223372036854775810ns");
        assertReason("time: invalid duration \"9223372036854775808ns\"", "9223372036854775808ns");
        assertReason("time: invalid duration \"-9223372036854775809ns\"", "-9223372036854775809ns");
        assertReason("time: invalid duration \"9223372036854776us\"", "9223372036854776us");
        assertReason("time: invalid duration \"3000000h\"", "3000000h");
        assertReason(
                "time: invalid duration \"9223372036854775808ns9223372036854775808ns\"",
                "9223372036854775808ns9223372036854775808ns");
    }

    @Test
    void durations_are_written_as_go_writes_them() {
        assertEquals("0s", GoDuration.text(Duration.ZERO));
        assertEquals("1ns", GoDuration.text(Duration.ofNanos(1)));
        assertEquals("1.1µs", GoDuration.text(Duration.ofNanos(1_100)));
        assertEquals("2.2ms", GoDuration.text(Duration.ofNanos(2_200_000)));
        assertEquals("3.3s", GoDuration.text(Duration.ofMillis(3_300)));
        assertEquals("4m5s", GoDuration.text(Duration.ofSeconds(245)));
        assertEquals("4m5.001s", GoDuration.text(Duration.ofMillis(245_001)));
        assertEquals("5h6m7.001s", GoDuration.text(Duration.ofMillis(18_367_001)));
        assertEquals("8m0.000000001s", GoDuration.text(Duration.ofNanos(480_000_000_001L)));
        assertEquals("1h0m0s", GoDuration.text(Duration.ofHours(1)));
        assertEquals("-1m30s", GoDuration.text(Duration.ofSeconds(-90)));
        assertEquals("2562047h47m16.854775807s", GoDuration.text(Duration.ofNanos(Long.MAX_VALUE)));
        assertEquals(
                "-2562047h47m16.854775808s", GoDuration.text(Duration.ofNanos(Long.MIN_VALUE)));
        assertEquals("2562047h47m16.854775807s", GoDuration.text(Duration.ofDays(1_000_000)));
    }

    @Test
    void what_is_written_is_read_again() {
        Seeds.each(
                2_000,
                random -> {
                    long nanos = random.nextLong() >> random.nextInt(64);
                    assertNanos(nanos, GoDuration.text(Duration.ofNanos(nanos)));
                });
    }

    @Test
    void a_number_is_nanoseconds() {
        assertEquals(Duration.ofSeconds(10), GoDuration.ofNumber(1e10));
        assertEquals(Duration.ofNanos(Long.MAX_VALUE), GoDuration.ofNumber(1e300));
    }

    private static void assertNanos(long nanos, String text) {
        assertEquals(new GoDuration.Is(Duration.ofNanos(nanos)), GoDuration.parse(text), text);
    }

    private static void assertReason(String reason, String text) {
        assertEquals(new GoDuration.IsNot(reason), GoDuration.parse(text));
    }
}
