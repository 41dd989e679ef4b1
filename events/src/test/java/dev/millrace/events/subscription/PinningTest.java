package dev.millrace.events.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which consumer a bucket belongs to, while consumers come and go. */
class PinningTest {
    private static final Outlet NOWHERE =
            new Outlet() {
                @Override
                public boolean isWritable() {
                    return true;
                }

                @Override
                public void deliver(long event, long link, int retries) {
                    throw new AssertionError("nothing is sent");
                }

                @Override
                public void flush() {
                    throw new AssertionError("nothing is sent");
                }

                @Override
                public void dropped() {
                    throw new AssertionError("nobody ends it");
                }
            };

    private final Pinning pinning = new Pinning(false);

    private Consumer join(int slots) {
        Consumer made = new Consumer(NOWHERE, slots, "c", false);
        pinning.joined(made);
        return made;
    }

    private List<@Nullable Consumer> owners() {
        List<@Nullable Consumer> all = new ArrayList<>();
        for (int bucket = 0; bucket < Pinning.BUCKETS; bucket++) {
            all.add(pinning.choose(bucket));
        }
        return all;
    }

    private static Map<@Nullable Consumer, Integer> count(List<@Nullable Consumer> owners) {
        Map<@Nullable Consumer, Integer> counts = new HashMap<>();
        owners.forEach(owner -> counts.merge(owner, 1, Integer::sum));
        return counts;
    }

    @Test
    void nobody_has_anything_before_somebody_comes() {
        assertNull(pinning.choose(7));
        Consumer first = join(10);
        assertSame(first, pinning.choose(7));
    }

    @Test
    void buckets_are_shared_out_evenly_and_stay_where_they_are() {
        Consumer first = join(10);
        Consumer second = join(10);
        List<@Nullable Consumer> owners = owners();
        assertEquals(Map.of(first, 512, second, 512), count(owners));
        assertEquals(owners, owners());
    }

    @Test
    void who_joins_is_given_what_others_have_too_many_of() {
        Consumer first = join(10);
        Consumer second = join(10);
        List<@Nullable Consumer> before = owners();
        Consumer third = join(10);
        List<@Nullable Consumer> after = owners();
        assertEquals(Map.of(first, 342, second, 342, third, 340), count(after));
        for (int bucket = 0; bucket < Pinning.BUCKETS; bucket++) {
            if (after.get(bucket) != third) {
                assertSame(before.get(bucket), after.get(bucket), "moved for nothing");
            }
        }
    }

    @Test
    void buckets_with_messages_in_flight_are_moved_last() {
        Consumer first = join(2_000);
        List<@Nullable Consumer> _ = owners();
        for (int bucket = 0; bucket < Pinning.BUCKETS / 2; bucket++) {
            pinning.sent(first, bucket);
        }
        Consumer second = join(10);
        assertSame(first, pinning.choose(0));
        assertSame(second, pinning.choose(Pinning.BUCKETS - 1));
        pinning.settled(first, 0);
    }

    @Test
    void what_belonged_to_one_who_left_is_shared_out_again() {
        Consumer first = join(10);
        Consumer second = join(10);
        List<@Nullable Consumer> _ = owners();
        pinning.left(first);
        assertEquals(Map.of(second, Pinning.BUCKETS), count(owners()));
    }

    @Test
    void a_bucket_whose_owner_has_no_room_is_nobody_elses() {
        Consumer first = join(1);
        Consumer second = join(1);
        assertSame(first, pinning.choose(0));
        assertSame(second, pinning.choose(1));
        first.took();
        assertNull(pinning.choose(0));
        assertNotSame(first, pinning.choose(2));
        first.gave(5);
        assertSame(first, pinning.choose(0));
    }
}
