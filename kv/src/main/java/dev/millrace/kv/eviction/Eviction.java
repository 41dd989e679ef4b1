package dev.millrace.kv.eviction;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.session.ClientMemory;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LatencySpikes;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.util.SplittableRandom;

/**
 * Keeps the store below {@code maxmemory}, as Redis does: before a command, while there is too
 * much, the best of some sampled keys goes, and the good ones among those sampled are remembered
 * for the next time ({@code evict.c}, Redis 7.0: approximated LRU with a pool of sixteen).
 *
 * <p>What counts is what keys, values and tables take outside the heap, less what is deleted and
 * waits to be freed, and what clients' buffers hold ({@link ClientMemory}). A deletion is an
 * effect, logged like any other. One stripe is locked at a time and no other lock is held, so it
 * comes before the command takes its own.
 *
 * <p>One lane's.
 */
public final class Eviction {
    private static final int POOL = 16;

    /** {@code maxmemory-eviction-tenacity}: how long at a time, in steps. */
    private static final long STEP_NANOS = 50_000;

    /** So many steps of equal length; each one beyond is longer by the same factor. */
    private static final int EQUAL_STEPS = 10;

    private static final double STEP_FACTOR = 1.15;

    /** From here on there is no end before there is room. */
    private static final int TENACITY_MAX = 100;

    /** With many stripes, so many of them are sampled at a time. */
    private static final int STRIPES_SAMPLED = 4;

    private static final int ACCESS_MASK = 0xff_ffff;
    private static final int TRIES_MAX = 100;

    private final Lane lane;
    private final Stripes stripes;
    private final Config config;
    private final ClientMemory clients;
    private final NativeBuffer name = new NativeBuffer(64);

    /** Candidates, the best last. */
    private final Candidate[] pool = new Candidate[POOL];

    private int pooled;

    private record Candidate(long score, int database, byte[] key) {}

    public Eviction(Lane lane) {
        this.lane = lane;
        this.stripes = lane.server().stripes();
        this.config = lane.server().config();
        this.clients = lane.server().clientMemory();
    }

    /** Evicts while there is too much; false if there still is and nothing may go. */
    public boolean makeRoom() {
        long limit = config.get(Quantity.MAXMEMORY_BYTES);
        if (limit == 0) {
            return true;
        }
        long forStore = limit - clients.lastingBytes(lane.nowNanos());
        if (stripes.usedBytes() <= forStore) {
            return true;
        }
        Policy policy = Policy.named(config.maxmemoryPolicy());
        if (policy.order() == Policy.Order.NONE) {
            return false;
        }
        long start = System.nanoTime();
        boolean room = evict(policy, forStore, start);
        lane.server().took(LatencySpikes.EVICTION_CYCLE, System.nanoTime() - start);
        return room;
    }

    /** So long at a time; then the command runs, and the next one goes on. */
    private static long nanosMax(int tenacity) {
        if (tenacity <= EQUAL_STEPS) {
            return STEP_NANOS * tenacity;
        }
        double longer = Math.pow(STEP_FACTOR, tenacity - EQUAL_STEPS);
        return tenacity < TENACITY_MAX
                ? (long) (STEP_NANOS * EQUAL_STEPS * longer)
                : Long.MAX_VALUE;
    }

    private boolean evict(Policy policy, long limit, long start) {
        long nanosMax = nanosMax((int) config.get(Quantity.MAXMEMORY_EVICTION_TENACITY));
        long before = start;
        while (stripes.usedBytes() > limit) {
            if (!evictOne(policy)) {
                return false;
            }
            long now = System.nanoTime();
            lane.server().took(LatencySpikes.EVICTION_DEL, now - before);
            if (now - start > nanosMax) {
                return true;
            }
            before = now;
        }
        return true;
    }

    private boolean evictOne(Policy policy) {
        if (policy.order() == Policy.Order.RANDOM) {
            return evictAny(policy);
        }
        for (int i = 0; i < TRIES_MAX; i++) {
            if (!sample(policy)) {
                return false;
            }
            while (pooled > 0) {
                Candidate best = pool[--pooled];
                if (evict(policy, best)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Dictionary candidates(Policy policy, Database database) {
        return policy.onlyExpiring() ? database.expires() : database.items();
    }

    // ---- By chance

    private boolean evictAny(Policy policy) {
        SplittableRandom random = lane.random();
        int first = random.nextInt(stripes.count() * Stripe.DATABASES);
        for (int i = 0; i < stripes.count() * Stripe.DATABASES; i++) {
            int chosen = (first + i) % (stripes.count() * Stripe.DATABASES);
            Stripe stripe = stripes.stripe(chosen / Stripe.DATABASES);
            int database = chosen % Stripe.DATABASES;
            if (!stripe.lockUnless(lane.server()::isBusy)) {
                return false;
            }
            try {
                Dictionary keys = candidates(policy, stripe.database(database));
                if (keys.size() > 0 && lane.evict(stripe, database, keys.any(random))) {
                    return true;
                }
            } finally {
                stripe.unlock();
            }
        }
        return false;
    }

    // ---- By order

    /** Puts some keys of each database into the pool; false if there are none that may go. */
    private boolean sample(Policy policy) {
        int first = lane.random().nextInt(stripes.count());
        boolean any = false;
        int sampled = 0;
        for (int i = 0; i < stripes.count() && sampled < STRIPES_SAMPLED; i++) {
            Stripe stripe = stripes.stripe((first + i) % stripes.count());
            if (!stripe.lockUnless(lane.server()::isBusy)) {
                return false;
            }
            try {
                boolean found = sample(policy, stripe);
                sampled += found ? 1 : 0;
                any |= found;
            } finally {
                stripe.unlock();
            }
        }
        return any;
    }

    private boolean sample(Policy policy, Stripe stripe) {
        boolean any = false;
        long samples = config.get(Quantity.MAXMEMORY_SAMPLES);
        for (int d = 0; d < Stripe.DATABASES; d++) {
            Dictionary keys = candidates(policy, stripe.database(d));
            for (long i = Math.min(samples, keys.size()); i > 0; i--) {
                long item = keys.any(lane.random());
                offer(score(policy, stripe, item), d, item);
                any = true;
            }
        }
        return any;
    }

    private long score(Policy policy, Stripe stripe, long item) {
        return switch (policy.order()) {
            case IDLE -> stripe.accessClock() - Item.access(item) & ACCESS_MASK;
            case RARE ->
                    Long.MAX_VALUE
                            - Frequency.counter(
                                    Item.access(item),
                                    lane.nowMillis(),
                                    config.get(Quantity.LFU_DECAY_TIME));
            case SOON -> Long.MAX_VALUE - Item.expiresAt(item);
            case NONE, RANDOM -> throw new AssertionError(policy);
        };
    }

    private void offer(long score, int database, long item) {
        if (pooled == POOL && score <= pool[0].score) {
            return;
        }
        byte[] key = Memory.bytes(Item.key(item), Item.keyLength(item));
        Candidate candidate = new Candidate(score, database, key);
        int at = pooled;
        while (at > 0 && pool[at - 1].score > score) {
            at--;
        }
        if (pooled < POOL) {
            System.arraycopy(pool, at, pool, at + 1, pooled - at);
            pooled++;
        } else {
            at--;
            System.arraycopy(pool, 1, pool, 0, at);
        }
        pool[at] = candidate;
    }

    /** Deletes a key that was remembered; false if it is not there, or may not go any more. */
    private boolean evict(Policy policy, Candidate candidate) {
        name.clear();
        name.put(candidate.key);
        long address = name.address();
        int length = candidate.key.length;
        Stripe stripe = stripes.of(address, length);
        if (!stripe.lockUnless(lane.server()::isBusy)) {
            return false;
        }
        try {
            Database database = stripe.database(candidate.database);
            long item = database.items().find(KeyHash.of(address, length), address, length);
            boolean goes = item != 0 && (!policy.onlyExpiring() || Item.expiresAt(item) != 0);
            return goes && lane.evict(stripe, candidate.database, item);
        } finally {
            stripe.unlock();
        }
    }
}
