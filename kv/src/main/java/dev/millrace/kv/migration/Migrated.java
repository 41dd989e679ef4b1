package dev.millrace.kv.migration;

import dev.millrace.kv.store.Watches;

/** A key on its way: what it was when it was dumped, and whether it has changed since. */
final class Migrated implements Watches.Watcher {
    private final byte[] name;
    private final int database;
    private final long expiresAt;
    private final byte[] payload;
    private volatile boolean touched;

    /**
     * @param expiresAt ms since 1970, 0 for never
     * @param payload as DUMP answers it
     */
    Migrated(byte[] name, int database, long expiresAt, byte[] payload) {
        this.name = name;
        this.database = database;
        this.expiresAt = expiresAt;
        this.payload = payload;
    }

    byte[] name() {
        return name;
    }

    int database() {
        return database;
    }

    byte[] payload() {
        return payload;
    }

    /** How long it has to live at a time, ms; 0 if for ever. */
    long ttlMillis(long nowMillis) {
        return expiresAt == 0 ? 0 : Math.max(expiresAt - nowMillis, 1);
    }

    @Override
    public void touched() {
        touched = true;
    }

    boolean isTouched() {
        return touched;
    }
}
