package dev.millrace.kv.session;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What CONFIG SET can change and commands look at. Written by any loop, read by all; a change is
 * seen by the next command. Names, types and texts are CONFIG's business, not here.
 */
public final class Config {
    public static final long BULK_BYTES_MAX = 512L << 20;

    /** Plain numbers, with what they are until somebody says otherwise. */
    public enum Quantity {
        /** Clients that are idle for so long are dropped; 0: none. */
        TIMEOUT_SECONDS(0),
        MAXCLIENTS(10_000),
        /** 0: no limit. */
        MAXMEMORY_BYTES(0),
        MAXMEMORY_SAMPLES(5),
        MAXMEMORY_EVICTION_TENACITY(10),
        LFU_LOG_FACTOR(10),
        LFU_DECAY_TIME(1),
        HASH_MAX_LISTPACK_ENTRIES(512),
        HASH_MAX_LISTPACK_VALUE(64),
        /** Negative: a size class, as Redis's documentation tells. */
        LIST_MAX_LISTPACK_SIZE(-2),
        LIST_COMPRESS_DEPTH(0),
        SET_MAX_INTSET_ENTRIES(512),
        ZSET_MAX_LISTPACK_ENTRIES(128),
        ZSET_MAX_LISTPACK_VALUE(64),
        STREAM_NODE_MAX_BYTES(4096),
        STREAM_NODE_MAX_ENTRIES(100),
        HLL_SPARSE_MAX_BYTES(3000),
        ACTIVE_EXPIRE_EFFORT(1),
        LATENCY_MONITOR_THRESHOLD_MILLIS(0),
        BUSY_REPLY_THRESHOLD_MILLIS(5000),
        ACLLOG_MAX_LEN(128),
        TRACKING_TABLE_MAX_KEYS(1_000_000);

        private final long initial;

        Quantity(long initial) {
            this.initial = initial;
        }

        public long initial() {
            return initial;
        }
    }

    private final Map<Quantity, AtomicLong> quantities = new EnumMap<>(Quantity.class);
    private volatile long protoMaxBulkLen = BULK_BYTES_MAX;
    private volatile long clientQueryBufferLimit = 1L << 30;
    private volatile String requirepass = "";
    private volatile long slowlogLogSlowerThanMicros = 10_000;
    private volatile long slowlogMaxLen = 128;
    private volatile String maxmemoryPolicy = "noeviction";
    private volatile boolean lfu;
    private volatile Runnable changed = () -> {};
    private volatile OutputLimits outputLimits = OutputLimits.STANDARD;

    /** Everything as Redis has it out of the box. */
    public Config() {
        for (Quantity quantity : Quantity.values()) {
            quantities.put(quantity, new AtomicLong(quantity.initial()));
        }
    }

    public long get(Quantity quantity) {
        return cell(quantity).get();
    }

    public void set(Quantity quantity, long value) {
        cell(quantity).set(value);
        changed.run();
    }

    private AtomicLong cell(Quantity quantity) {
        return Objects.requireNonNull(quantities.get(quantity));
    }

    public long protoMaxBulkLen() {
        return protoMaxBulkLen;
    }

    public void protoMaxBulkLen(long bytes) {
        protoMaxBulkLen = bytes;
    }

    public long clientQueryBufferLimit() {
        return clientQueryBufferLimit;
    }

    public void clientQueryBufferLimit(long bytes) {
        clientQueryBufferLimit = bytes;
    }

    /** Empty: everybody may. */
    public String requirepass() {
        return requirepass;
    }

    public void requirepass(String password) {
        requirepass = password;
    }

    /** Negative: nothing is slow. */
    public long slowlogLogSlowerThanMicros() {
        return slowlogLogSlowerThanMicros;
    }

    public void slowlogLogSlowerThanMicros(long micros) {
        slowlogLogSlowerThanMicros = micros;
    }

    public long slowlogMaxLen() {
        return slowlogMaxLen;
    }

    public void slowlogMaxLen(long entries) {
        slowlogMaxLen = entries;
    }

    /** By its name in Redis. */
    public String maxmemoryPolicy() {
        return maxmemoryPolicy;
    }

    public void maxmemoryPolicy(String policy) {
        maxmemoryPolicy = policy;
        lfu = policy.endsWith("lfu");
    }

    /** Whether items' access clocks are frequencies. */
    public boolean isLfu() {
        return lfu;
    }

    /** Runs after a quantity has changed, on whatever thread changed it. */
    void onChange(Runnable action) {
        changed = action;
    }

    /** How much clients may leave unread. */
    public OutputLimits outputLimits() {
        return outputLimits;
    }

    public void outputLimits(OutputLimits limits) {
        outputLimits = limits;
    }
}
