package dev.millrace.kernel.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class DenyListTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final DenyList list = new DenyList(nanos::get);

    @Test
    void an_address_is_denied_until_its_time_is_up_even_when_the_clock_wraps() throws Exception {
        InetAddress one = address(1);
        list.deny(one, Duration.ofNanos(10));
        assertTrue(list.denies(one));
        assertFalse(list.denies(address(2)));
        nanos.addAndGet(9);
        assertTrue(list.denies(one));
        nanos.addAndGet(1);
        assertFalse(list.denies(one));
        assertEquals(0, list.size());
    }

    @Test
    void an_address_can_be_let_in_again() throws Exception {
        list.deny(address(1), Duration.ofDays(1));
        list.allow(address(1));
        assertFalse(list.denies(address(1)));
    }

    @Test
    void a_full_list_drops_the_expired_and_never_grows_past_its_limit() throws Exception {
        for (int number = 0; number < DenyList.ADDRESSES_MAX; number++) {
            list.deny(address(number), Duration.ofSeconds(1));
        }
        list.deny(address(-1), Duration.ofSeconds(1));
        assertEquals(DenyList.ADDRESSES_MAX, list.size());
        assertFalse(list.denies(address(-1)));
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        list.deny(address(-1), Duration.ofSeconds(1));
        assertTrue(list.denies(address(-1)));
        assertEquals(1, list.size());
    }

    private static InetAddress address(int number) throws Exception {
        byte[] bytes = {
            (byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number
        };
        return InetAddress.getByAddress(bytes);
    }
}
