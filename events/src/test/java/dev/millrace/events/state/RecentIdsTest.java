package dev.millrace.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which ids are still known. */
class RecentIdsTest {
    @Test
    void the_newest_are_known_and_older_ones_forgotten() {
        RecentIds ids = new RecentIds();
        int count = RecentIds.EVENTS_MAX + 5_000;
        for (int i = 0; i < count; i++) {
            ids.add(i * 31L, ~i, i % 7, i);
        }
        for (int i = 0; i < count; i++) {
            long expected = i < count - RecentIds.EVENTS_MAX ? -1 : i;
            assertEquals(expected, ids.revision(i * 31L, ~i, i % 7));
            assertEquals(-1, ids.revision(i * 31L, ~i, i % 7 + 1));
        }
    }

    @Test
    void an_id_that_comes_again_is_known_as_long_as_one_of_them_is() {
        RecentIds ids = new RecentIds();
        for (int i = 0; i < 3 * RecentIds.EVENTS_MAX; i++) {
            ids.add(i % 10, 0, 1, i);
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(i, ids.revision(i, 0, 1) % 10);
        }
    }
}
