package dev.millrace.kv.tracking;

import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.tracking.Tracker.Mode;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keys that one lane has changed in this batch of a client's and that a client with a prefix is to
 * be told of: before the batch is answered, as Redis does, all in one message.
 */
final class Broadcasts {
    /** Beyond this it is simpler to say that all keys may have changed. */
    private static final long KEYS_BYTES_MAX = 1 << 20;

    private final Tracking tracking;
    private final Lane lane;

    /** In the order of their bytes, and who changed each last. */
    private final SortedMap<byte[], Optional<Session>> keys =
            new TreeMap<>(Arrays::compareUnsigned);

    private long bytes;
    private boolean everything;
    private long dependsOn;
    private boolean armed;

    Broadcasts(Tracking tracking, Lane lane) {
        this.tracking = tracking;
        this.lane = lane;
    }

    /** A change that a prefix means; its record is appended. */
    void add(byte[] key, @Nullable Session by, long position) {
        dependsOn = Math.max(dependsOn, position);
        if (!everything) {
            keys.put(key, Optional.ofNullable(by));
            bytes += key.length;
            if (bytes > KEYS_BYTES_MAX) {
                everything = true;
                keys.clear();
            }
        }
        if (!armed) {
            armed = true;
            lane.beforeAnswers(this::send);
        }
    }

    private void send() {
        armed = false;
        new TreeMap<>(tracking.prefixes())
                .forEach(
                        (prefix, clients) ->
                                clients.forEach(client -> send(prefix.bytes(), client)));
        keys.clear();
        bytes = 0;
        everything = false;
        dependsOn = 0;
    }

    private void send(byte[] prefix, Session client) {
        if (everything) {
            tracking.send(client, Invalidation.everything(client.protocol()), dependsOn);
            return;
        }
        Collection<byte[]> wanted = keysFor(prefix, client);
        if (!wanted.isEmpty()) {
            tracking.send(client, Invalidation.keys(wanted), dependsOn);
        }
    }

    private List<byte[]> keysFor(byte[] prefix, Session client) {
        Tracker tracker = client.tracker();
        boolean noLoop = tracker != null && tracker.is(Mode.NOLOOP);
        List<byte[]> wanted = new ArrayList<>();
        keys.forEach(
                (key, by) -> {
                    boolean own = noLoop && by.isPresent() && by.get().equals(client);
                    if (!own && Tracking.startsWith(key, prefix)) {
                        wanted.add(key);
                    }
                });
        return wanted;
    }
}
