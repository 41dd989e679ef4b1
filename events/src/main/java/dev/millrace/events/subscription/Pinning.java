package dev.millrace.events.subscription;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.millrace.events.log.Event;
import dev.millrace.events.read.Links;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The messages of a stream, or of a correlation, go to the same consumer. Streams fall into
 * buckets, and each bucket belongs to a consumer: to the one that has the fewest, when its first
 * message comes. Who joins is given what others have too many of, those buckets first that have the
 * fewest messages in flight; the buckets of one that leaves are free again. As long as nobody comes
 * or goes, a bucket stays where it is.
 */
final class Pinning implements Dispatch {
    static final int BUCKETS = 1 << 10;

    private static final JsonFactory JSON = new JsonFactory();
    private static final String CORRELATION = "$correlationId";

    private final boolean byCorrelation;
    private final List<Consumer> consumers = new ArrayList<>();
    private final @Nullable Consumer[] owners = new Consumer[BUCKETS];
    private final int[] inFlight = new int[BUCKETS];

    /**
     * @param byCorrelation whether the correlation decides, where an event has one
     */
    Pinning(boolean byCorrelation) {
        this.byCorrelation = byCorrelation;
    }

    // ---- Buckets

    @Override
    public int bucket(Host host, long event, long link) {
        long known = event == 0 ? link : event;
        String correlation = byCorrelation ? correlation(known) : "";
        if (!correlation.isEmpty()) {
            return Math.floorMod(spread(correlation.hashCode()), BUCKETS);
        }
        if (Links.isLink(known)) {
            return bucketOfTarget(known);
        }
        StreamTable streams = host.store().state().streams();
        int stream = Event.stream(known);
        return bucket(streams.nameAddress(stream), streams.nameBytes(stream));
    }

    /** A link leads nowhere, but names a stream. */
    private static int bucketOfTarget(long link) {
        long data = Event.data(link);
        int bytes = Event.dataBytes(link);
        int at = 0;
        while (at < bytes && Memory.getByte(data + at) != '@') {
            at++;
        }
        int name = at == bytes ? 0 : at + 1;
        return bucket(data + name, bytes - name);
    }

    private static int bucket(long name, int bytes) {
        return Math.floorMod(KeyHash.of(name, bytes), BUCKETS);
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 16;
    }

    private static String correlation(long event) {
        byte[] meta = Memory.bytes(Event.meta(event), Event.metaBytes(event));
        try (JsonParser in = JSON.createParser(meta)) {
            return in.nextToken() == JsonToken.START_OBJECT ? correlation(in) : "";
        } catch (IOException noJson) {
            return "";
        }
    }

    private static String correlation(JsonParser in) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = in.currentName().equals(CORRELATION);
            JsonToken value = in.nextToken();
            if (wanted && value == JsonToken.VALUE_STRING) {
                return in.getText();
            }
            in.skipChildren();
        }
        return "";
    }

    // ---- Consumers

    @Override
    public void joined(Consumer consumer) {
        consumers.add(consumer);
        int fair = Math.ceilDiv(owned().size(), consumers.size());
        for (Consumer other : consumers) {
            List<Integer> its = ownedBy(other);
            if (its.size() > fair) {
                its.sort(Comparator.comparingInt(bucket -> inFlight[bucket]));
                its.subList(0, its.size() - fair).forEach(bucket -> give(bucket, consumer));
            }
        }
    }

    private List<Integer> owned() {
        List<Integer> all = new ArrayList<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (owners[bucket] != null) {
                all.add(bucket);
            }
        }
        return all;
    }

    private List<Integer> ownedBy(Consumer consumer) {
        List<Integer> its = owned();
        its.removeIf(bucket -> owners[bucket] != consumer);
        return its;
    }

    private void give(int bucket, @Nullable Consumer to) {
        owners[bucket] = to;
        inFlight[bucket] = 0;
    }

    @Override
    public void left(Consumer consumer) {
        consumers.remove(consumer);
        ownedBy(consumer).forEach(bucket -> give(bucket, null));
    }

    @Override
    public boolean hasRoom() {
        return consumers.stream().anyMatch(Consumer::hasRoom);
    }

    @Override
    public @Nullable Consumer choose(int bucket) {
        Consumer owner = owners[bucket];
        if (owner == null && !consumers.isEmpty()) {
            owner = leastBurdened();
            give(bucket, owner);
        }
        return owner == null || !owner.hasRoom() ? null : owner;
    }

    private Consumer leastBurdened() {
        return Collections.min(consumers, Comparator.comparingInt(each -> ownedBy(each).size()));
    }

    @Override
    public void sent(Consumer to, int bucket) {
        inFlight[bucket]++;
    }

    @Override
    public void settled(Consumer of, int bucket) {
        if (owners[bucket] == of) {
            inFlight[bucket]--;
        }
    }
}
