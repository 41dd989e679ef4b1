package dev.millrace.kv.session;

/**
 * What CONFIG SET can change and commands look at. Written by any loop, read by all; a change is
 * seen by the next command.
 */
public final class Config {
    public static final long BULK_BYTES_MAX = 512L << 20;

    private volatile long protoMaxBulkLen = BULK_BYTES_MAX;
    private volatile long clientQueryBufferLimit = 1L << 30;
    private volatile String requirepass = "";
    private volatile long slowlogLogSlowerThanMicros = 10_000;
    private volatile int slowlogMaxLen = 128;

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

    public int slowlogMaxLen() {
        return slowlogMaxLen;
    }

    public void slowlogMaxLen(int entries) {
        slowlogMaxLen = entries;
    }
}
