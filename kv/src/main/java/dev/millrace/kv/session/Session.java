package dev.millrace.kv.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.RequestParser;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Watches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client: what it has said and not finished, what it has chosen, what it waits for. It belongs to
 * one lane; fields that others look at (CLIENT LIST) are volatile.
 */
public final class Session implements Watches.Watcher {
    /** What CLIENT REPLY has chosen. */
    public enum ReplyMode {
        ON,
        OFF,
        /** The next command is not answered. */
        SKIP_NEXT,
        /** This one is not. */
        SKIP
    }

    /** A key that WATCH named, and whether it was expired then. */
    private record Watched(int database, byte[] key, boolean expired) {}

    private final long id;
    private final Lane lane;
    private final Outlet outlet;
    private final long createdMillis;

    private volatile int database;
    private volatile int protocol = 2;
    private volatile String name = "";
    private volatile boolean authenticated;
    private volatile long lastCommandMillis;
    private volatile String lastCommand = "NULL";
    private boolean noTouch;
    private boolean noEvict;
    private ReplyMode replyMode = ReplyMode.ON;
    private int subscriptions;

    /** Bytes of a request that is not whole yet; null most of the time. */
    @Nullable NativeBuffer pending;

    /** The parser that stopped in the middle of it; null between requests. */
    @Nullable RequestParser parser;

    @Nullable Transaction transaction;
    private final List<Watched> watched = new ArrayList<>();

    /** Set by whoever changes a watched key, on any lane. */
    private volatile boolean touched;

    /** The highest position its next reply depends on. */
    long dependsOn;

    boolean parked;
    boolean closing;
    private @Nullable Runnable onClose;

    Session(long id, Lane lane, Outlet outlet, boolean authenticated, long nowMillis) {
        this.id = id;
        this.lane = lane;
        this.outlet = outlet;
        this.authenticated = authenticated;
        this.createdMillis = nowMillis;
        this.lastCommandMillis = nowMillis;
    }

    public long id() {
        return id;
    }

    public Lane lane() {
        return lane;
    }

    public Outlet outlet() {
        return outlet;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public int database() {
        return database;
    }

    public void database(int index) {
        database = index;
    }

    /** 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void protocol(int version) {
        protocol = version;
    }

    public String name() {
        return name;
    }

    public void name(String name) {
        this.name = name;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    public void authenticated(boolean authenticated) {
        this.authenticated = authenticated;
    }

    public long lastCommandMillis() {
        return lastCommandMillis;
    }

    public String lastCommand() {
        return lastCommand;
    }

    void ran(String command, long nowMillis) {
        // Plain enough for a hot path: most of the time neither changes.
        if (lastCommandMillis != nowMillis) {
            lastCommandMillis = nowMillis;
        }
        if (!lastCommand.equals(command)) {
            lastCommand = command;
        }
    }

    /** CLIENT NO-TOUCH: reads leave the access clock alone. */
    public boolean isNoTouch() {
        return noTouch;
    }

    public void noTouch(boolean noTouch) {
        this.noTouch = noTouch;
    }

    public boolean isNoEvict() {
        return noEvict;
    }

    public void noEvict(boolean noEvict) {
        this.noEvict = noEvict;
    }

    public ReplyMode replyMode() {
        return replyMode;
    }

    public void replyMode(ReplyMode mode) {
        replyMode = mode;
    }

    /** Channels, patterns and shard channels together. In RESP2, more than 0 allows little else. */
    public int subscriptions() {
        return subscriptions;
    }

    public void subscriptions(int count) {
        subscriptions = count;
    }

    /** Runs once, on the lane, when the client is gone. Later ones are added to earlier ones. */
    public void onClose(Runnable action) {
        Runnable before = onClose;
        onClose =
                before == null
                        ? action
                        : () -> {
                            before.run();
                            action.run();
                        };
    }

    void closed() {
        Runnable action = onClose;
        if (action != null) {
            action.run();
        }
    }

    /** Queued commands of MULTI, or -1 outside. */
    public int queuedCommands() {
        Transaction open = transaction;
        return open == null ? -1 : open.size();
    }

    /** Closes after the reply that is being written. */
    public void closeAfterReply() {
        closing = true;
    }

    /**
     * Sends bytes that are no reply (a push), from any thread, after what was sent before.
     *
     * @param dependsOn the position they must not leave before
     */
    public void post(byte[] message, long dependsOn) {
        lane.post(this, message, dependsOn);
    }

    // ---- WATCH

    @Override
    public void touched() {
        touched = true;
    }

    public boolean isTouched() {
        return touched;
    }

    /** Watches a key; its stripe is locked. */
    public void watch(Stripe stripe, int database, byte[] key, boolean expired) {
        for (Watched old : watched) {
            if (old.database == database && Arrays.equals(old.key, key)) {
                return;
            }
        }
        watched.add(new Watched(database, key, expired));
        stripe.watches().add(database, key, this);
    }

    /** Is told each watched key: its database, bytes, and whether it was expired at WATCH. */
    interface EachWatched {
        void key(int database, byte[] key, boolean expired);
    }

    void eachWatched(EachWatched each) {
        watched.forEach(key -> each.key(key.database, key.key, key.expired));
    }

    public boolean isWatching() {
        return !watched.isEmpty();
    }

    public int watchedKeys() {
        return watched.size();
    }

    /** Forgets all watched keys. Locks their stripes one at a time; none may be held. */
    public void unwatch() {
        if (!watched.isEmpty()) {
            NativeBuffer copy = new NativeBuffer(64);
            for (Watched key : watched) {
                copy.clear();
                copy.put(key.key);
                Stripe stripe =
                        lane.server().stripes().of(copy.address(), key.key.length);
                stripe.lock();
                try {
                    stripe.watches().remove(key.database, key.key, this);
                } finally {
                    stripe.unlock();
                }
            }
            copy.free();
            watched.clear();
        }
        touched = false;
    }

}
