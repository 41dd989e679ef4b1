package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.Query;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Answers that were made, until what they were made of changes. It holds only answers that have
 * records, so whoever asks for names that are not there cannot fill it.
 *
 * <p>Each name has {@link #WAYS} places; a newcomer takes the one that was filled first. When all
 * together are too heavy, it begins again with none: they are made again in microseconds.
 *
 * <p>Whether an answer still holds costs two numbers: if nothing at all has changed since, it does;
 * else, if it is about a service, and that has not changed.
 */
final class AnswerCache {
    private static final int SETS = 1 << 13;
    private static final int WAYS = 4;
    private static final int WEIGHT_MAX = 24 << 20;
    private static final int ONE_WEIGHT_MAX = WEIGHT_MAX / 64;

    private final @Nullable Entry[] entries = new Entry[SETS * WAYS];
    private final byte[] next = new byte[SETS];
    private final Names names;
    private int weight;

    private static final class Entry {
        private final byte[] name;
        private final int type;
        private final long hash;
        private final String service;
        private final long serviceVersion;
        private final Answer answer;
        private long version;

        Entry(Query query, String service, long serviceVersion, long version, Answer answer) {
            this.name = Arrays.copyOf(query.name(), query.nameBytes());
            this.type = query.type();
            this.hash = query.hash();
            this.service = service;
            this.serviceVersion = serviceVersion;
            this.version = version;
            this.answer = answer;
        }

        boolean isFor(Query query) {
            return hash == query.hash() && query.asks(name, type);
        }

        boolean holds(Names names) {
            long now = names.version();
            if (now == version) {
                return true;
            }
            boolean same = !service.isEmpty() && names.version(service) == serviceVersion;
            if (same) {
                version = now;
            }
            return same;
        }

        int weight() {
            return 96 + name.length + answer.weight();
        }
    }

    AnswerCache(Names names) {
        this.names = names;
    }

    /** The answer to a question, if there is one that holds. */
    @Nullable Answer find(Query query) {
        int first = first(query);
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = entries[i];
            if (entry != null && entry.isFor(query)) {
                return entry.holds(names) ? entry.answer : null;
            }
        }
        return null;
    }

    /**
     * Keeps an answer.
     *
     * @param service what it is about; empty: it falls with any change
     * @param serviceVersion as it was before the answer was made
     * @param version the same of everything
     */
    void keep(Query query, String service, long serviceVersion, long version, Answer answer) {
        Entry entry = new Entry(query, service, serviceVersion, version, answer);
        if (entry.weight() > ONE_WEIGHT_MAX) {
            return;
        }
        if (weight + entry.weight() > WEIGHT_MAX) {
            Arrays.fill(entries, null);
            weight = 0;
        }
        int place = place(query);
        Entry before = entries[place];
        weight += entry.weight() - (before == null ? 0 : before.weight());
        entries[place] = entry;
    }

    /** The one that has the question already, else the one that was filled first. */
    private int place(Query query) {
        int first = first(query);
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = entries[i];
            if (entry != null && entry.isFor(query)) {
                return i;
            }
        }
        int set = first / WAYS;
        int way = next[set];
        next[set] = (byte) ((way + 1) % WAYS);
        return first + way;
    }

    private static int first(Query query) {
        return (int) (query.hash() & (SETS - 1)) * WAYS;
    }
}
