package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class KeysTest {
    @Test
    void they_are_those_of_redis_benchmark() {
        Keys keys = Keys.ofRedisBenchmark(1_000_000);
        assertEquals("key:000000000000", keys.key(0));
        assertEquals("key:000000999999", keys.key(999_999));
        assertEquals(16, keys.bytes());
    }

    @Test
    void more_than_the_digits_can_count_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> new Keys("k", 2, 101));
    }

    @Test
    void values_have_their_length_and_are_always_the_same() {
        assertEquals(64, Values.ofBytes(64).length());
        assertEquals(Values.ofBytes(64), Values.ofBytes(64));
    }
}
