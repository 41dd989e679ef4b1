package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;

/** Clients that go, or forget what they watch, while a script of another lane has all stripes. */
class LeavingTest {
    private final KvLanes kv = KvLanes.open(1);
    private final Stripes stripes = kv.server().stripes();

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void who_forgets_watched_keys_waits_for_no_stripe() {
        LaneClient client = kv.client(0);
        assertEquals("OK", client.call("WATCH a b c"));
        stripes.lockAll();
        try {
            assertEquals("OK", client.call("UNWATCH"));
            assertEquals(0, client.session().watchedKeys());
        } finally {
            stripes.unlockAll();
        }
    }

    @Test
    void who_has_gone_holds_up_nobody_of_its_lane() {
        LaneClient watching = kv.client(0);
        LaneClient waiting = kv.client(0);
        LaneClient other = kv.client(0);
        assertEquals("OK", watching.call("WATCH a b c"));
        waiting.send("BLPOP q 0");
        stripes.lockAll();
        try {
            watching.leave();
            waiting.leave();
            assertEquals("PONG", other.call("PING"));
        } finally {
            stripes.unlockAll();
        }
        assertEquals(List.of(":1", ":1"), other.calls("RPUSH q one", "LLEN q"));
    }

    @Test
    void a_key_that_is_watched_no_more_spoils_no_later_transaction() {
        LaneClient client = kv.client(0);
        assertEquals("OK", client.call("WATCH a"));
        with(
                "a",
                (stripe, key) -> {
                    stripe.lock();
                    try {
                        assertEquals("OK", client.call("UNWATCH"));
                        stripe.watches().touch(0, key.address(), (int) key.length());
                    } finally {
                        stripe.unlock();
                    }
                });
        assertEquals(
                List.of("OK", "OK", "QUEUED", "[PONG]"),
                client.calls("WATCH b", "MULTI", "PING", "EXEC"));
    }

    private void with(String name, BiConsumer<Stripe, NativeBuffer> action) {
        NativeBuffer key = new NativeBuffer(16);
        try {
            key.put(name.getBytes(StandardCharsets.US_ASCII));
            action.accept(stripes.of(key.address(), (int) key.length()), key);
        } finally {
            key.free();
        }
    }
}
