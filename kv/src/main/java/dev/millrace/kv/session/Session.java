package dev.millrace.kv.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.acl.User;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.tracking.Tracker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A client: what it has said and not finished, what it has chosen, what it waits for. It belongs to
 * one lane; fields that others look at (CLIENT LIST) are volatile.
 */
public final class Session {
    /** What CLIENT REPLY has chosen. */
    public enum ReplyMode {
        ON,
        OFF,
        /** The next command is not answered. */
        SKIP,
        /** The command that runs is not answered, unless it chooses another mode. */
        SKIPPING
    }

    /** What makes a session's commands take the long way through {@link Lane}. */
    static final int CARE_UNAUTHENTICATED = 1;

    static final int CARE_TRANSACTION = 2;
    static final int CARE_SUBSCRIBER = 4;
    static final int CARE_REPLIES = 8;
    static final int CARE_MONITOR = 16;
    static final int CARE_USER = 32;
    static final int CARE_TRACKING = 64;
    static final int CARE_PEER = 128;

    /** What a client takes beside its buffers: session, channel, maps. */
    private static final long CLIENT_BYTES = 2048;

    /**
     * So much of what a client is sent is not counted as what it takes: it is on its way, nearly
     * always, and whose turn it is to be counted must not be dropped for that. Redis has a buffer
     * of this length for each.
     */
    private static final long REPLY_BYTES = 16 * 1024;

    /** Who waits for something inside a command: a key, a checkpoint. */
    public interface Blocking {
        /**
         * Ends the wait from outside, as CLIENT UNBLOCK does. From any thread.
         *
         * @param error what is answered; null: as if its time were up
         * @return false if it has ended otherwise already
         */
        boolean unblock(@Nullable Refusal error);

        /** The client is gone, or about to be: nobody has to be answered. From any thread. */
        default void abandon() {}
    }

    /** Who is at the other end. */
    public enum Peer {
        CLIENT,
        /** A server that follows us. */
        REPLICA,
        /** The server that we follow: its word is law, and it is not answered. */
        MASTER
    }

    private final long id;
    private final Lane lane;
    private final Outlet outlet;
    private final long createdMillis;

    private volatile int database;
    private volatile int protocol = 2;
    private volatile String name = "";
    private volatile User user;
    private volatile @Nullable Tracker tracker;
    private boolean hasTracked;
    private volatile boolean authenticated;
    private volatile long lastActiveMillis;
    private volatile String lastCommand = "NULL";
    private boolean noTouch;
    private boolean script;
    private boolean noEvict;
    private ReplyMode replyMode = ReplyMode.ON;
    private volatile int channels;
    private volatile int patterns;
    private volatile int shardChannels;

    /** Bits of {@code CARE_*}: 0 for a client that does nothing out of the ordinary. */
    private int care;

    private volatile @Nullable Blocking blocking;

    /** What it was parked for has ended; its lane has yet to go on with it. */
    private volatile boolean unblocked;

    private volatile boolean killed;

    /** Of {@link #memoryBytes}, what {@link ClientMemory} knows. */
    long countedBytes;

    /** How long its command has run that waits now. */
    long ranNanos;

    /** When its replies passed the soft limit, ns; 0 if they are below. */
    long overSoftLimitNanos;

    /** Bytes of a request that is not whole yet; null for who has not sent one of late. */
    @Nullable NativeBuffer pending;

    /** The most that was in it since that was last looked at. */
    long pendingPeakBytes;

    /**
     * A command that has to wait, and how many bytes it took; its bytes are {@link #pending}'s
     * first.
     */
    @Nullable Request waiting;

    int waitingBytes;

    /** The parser that stopped in the middle of it; null between requests. */
    @Nullable RequestParser parser;

    private @Nullable Transaction transaction;

    /** What WATCH has named; null if it has named nothing. Others look whether it is touched. */
    private volatile @Nullable WatchedKeys watched;

    /** A message that waits for an answer to go first. */
    record Held(byte[] bytes, long dependsOn) {}

    final List<Held> held = new ArrayList<>(0);

    /** The highest position its next reply depends on. */
    long dependsOn;

    /** Its commands wait. Others may read it, a little stale. */
    boolean parked;

    /** A task of its lane's goes on with it, see {@link Lane#laterInTask}. */
    boolean inTask;

    boolean closing;

    /** It left too much unread: nothing of it is worth sending any more. */
    boolean dropped;

    /** The client is no more. */
    boolean gone;

    /** It has been posted something in this turn. */
    boolean unflushed;

    private @Nullable Runnable onClose;
    private volatile Peer peer = Peer.CLIENT;
    private volatile @Nullable Follower follower;

    /** Bytes of requests that have run. */
    private long readBytes;

    /** Bytes of the request that runs. */
    private int requestBytes;

    /** Adds to each of its records, or nothing does. */
    private @Nullable Consumer<Effects> addition;

    /** What that takes of the journal, bytes, and which stripes it changes. */
    private long additionBytes;

    private long additionStripes;

    /** How far those who follow us are when they have its last change. */
    private long followedOffset;

    /** In a cluster, the slot of the command or transaction that runs. */
    private int slot = OneSlot.NONE;

    Session(long id, Lane lane, Outlet outlet, User user, boolean authenticated, long nowMillis) {
        this.id = id;
        this.user = user;
        this.lane = lane;
        this.outlet = outlet;
        this.authenticated = authenticated;
        this.care = authenticated ? 0 : CARE_UNAUTHENTICATED;
        care(CARE_USER, !user.mayDoEverything());
        this.createdMillis = nowMillis;
        this.lastActiveMillis = nowMillis;
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

    /** Who it is; who has not said it is the standard user. */
    public User user() {
        return user;
    }

    /** It is this user from here on, or the user's rights are others now; on its lane. */
    public void user(User user) {
        this.user = user;
        care(CARE_USER, !user.mayDoEverything());
    }

    /** How it is told of changes to what it has read, or null if it is not. */
    public @Nullable Tracker tracker() {
        return tracker;
    }

    /** True if it is the first that is set. */
    public boolean tracker(@Nullable Tracker wanted) {
        boolean first = wanted != null && !hasTracked;
        tracker = wanted;
        hasTracked |= first;
        care(CARE_TRACKING, wanted != null);
        return first;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    public void authenticated(boolean authenticated) {
        this.authenticated = authenticated;
        care(CARE_UNAUTHENTICATED, !authenticated);
    }

    int care() {
        return care;
    }

    private void care(int bit, boolean set) {
        care = set ? care | bit : care & ~bit;
    }

    public Peer peer() {
        return peer;
    }

    public void peer(Peer peer) {
        this.peer = peer;
        care(CARE_PEER, peer != Peer.CLIENT);
    }

    public boolean isMaster() {
        return peer == Peer.MASTER;
    }

    /** What is known of it as a server that follows us, or null. */
    public @Nullable Follower follower() {
        return follower;
    }

    public void follower(Follower known) {
        follower = known;
    }

    /** It has sent a request of no words. */
    void sentNothing(long nowMillis) {
        Follower known = follower;
        if (known != null) {
            known.isThere(nowMillis);
        }
    }

    /** A request of so many bytes is about to run; it may not, and come again. */
    void begins(int bytes) {
        requestBytes = bytes;
    }

    /** It has run. */
    void ends() {
        readBytes += requestBytes;
        requestBytes = 0;
    }

    /** Bytes of its requests that have run, with that of the one that runs. */
    public long readBytes() {
        return readBytes + requestBytes;
    }

    /**
     * Has something added to each of its records.
     *
     * @param bytes what it takes of the journal at most
     * @param stripes a bit for each stripe that it changes
     */
    public void adds(Consumer<Effects> action, long bytes, long stripes) {
        addition = action;
        additionBytes = bytes;
        additionStripes = stripes;
    }

    @Nullable Consumer<Effects> addition() {
        return addition;
    }

    long additionBytes() {
        return additionBytes;
    }

    long additionStripes() {
        return additionStripes;
    }

    /** The offset of the replication stream behind its last change; 0 if it has made none. */
    public long followedOffset() {
        return followedOffset;
    }

    int slot() {
        return slot;
    }

    void slot(int now) {
        slot = now;
    }

    void followedOffset(long offset) {
        followedOffset = offset;
    }

    /** The client is no more. */
    public boolean isGone() {
        return gone;
    }

    /** When it last sent or was sent something. */
    public long lastActiveMillis() {
        return lastActiveMillis;
    }

    void active(long nowMillis) {
        lastActiveMillis = nowMillis;
    }

    public String lastCommand() {
        return lastCommand;
    }

    // Names are constants: whether it is the same one is a comparison of references.
    @SuppressWarnings("ReferenceEquality")
    void ran(String command) {
        if (lastCommand != command) {
            lastCommand = command;
        }
    }

    /** Its commands are those of a script. */
    public boolean isScript() {
        return script;
    }

    /** Becomes the client of a script that another client runs. */
    void asScriptOf(Session caller) {
        script = true;
        peer = caller.peer;
        database = caller.database;
        noTouch = caller.noTouch;
        user = caller.user();
        dependsOn = 0;
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
        care(CARE_REPLIES, mode != ReplyMode.ON);
    }

    /** It is shown what all clients do. */
    public boolean monitors() {
        return (care & CARE_MONITOR) != 0;
    }

    public void monitors(boolean monitors) {
        care(CARE_MONITOR, monitors);
    }

    /** Channels, patterns and shard channels together. In RESP2, more than 0 allows little else. */
    public int subscriptions() {
        return channels + patterns + shardChannels;
    }

    public void subscriptions(int channels, int patterns, int shardChannels) {
        this.channels = channels;
        this.patterns = patterns;
        this.shardChannels = shardChannels;
        care(CARE_SUBSCRIBER, subscriptions() > 0);
    }

    public int channels() {
        return channels;
    }

    public int patterns() {
        return patterns;
    }

    public int shardChannels() {
        return shardChannels;
    }

    // ---- Waiting

    /** What it waits for inside a command, or null. */
    public @Nullable Blocking blocking() {
        return blocking;
    }

    public void blocking(@Nullable Blocking blocking) {
        this.blocking = blocking;
    }

    /** It waits no more, and is answered as soon as its lane comes to it; from any thread. */
    public void unblocked() {
        unblocked = true;
        blocking = null;
    }

    /** What it waited for has come, and its answer is on its way. */
    boolean isAboutToBeAnswered() {
        return unblocked && parked;
    }

    void goesOn() {
        parked = false;
        unblocked = false;
    }

    /** True while its commands wait for space, for the end of a pause, or for what one began. */
    public boolean isParked() {
        return parked;
    }

    /** True while it waits for anything. */
    public boolean isWaiting() {
        return parked && !unblocked || blocking != null;
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
        lane.server().keptNames().giveBack(name.length());
        Runnable action = onClose;
        if (action != null) {
            action.run();
        }
    }

    @Nullable Transaction transaction() {
        return transaction;
    }

    void transaction(@Nullable Transaction open) {
        transaction = open;
        care(CARE_TRANSACTION, open != null);
    }

    /** Bytes that MULTI has queued. */
    public long queuedBytes() {
        Transaction open = transaction;
        return open == null ? 0 : open.bytes();
    }

    /** Bytes of a request that is not whole yet. */
    public long pendingBytes() {
        NativeBuffer kept = pending;
        return kept == null ? 0 : kept.length();
    }

    /** Of those, the bytes of its arguments that are whole; others may read it, a little stale. */
    public long parsedBytes() {
        RequestParser unfinished = parser;
        return unfinished == null ? 0 : Math.min(unfinished.parsed(), pendingBytes());
    }

    /** Bytes that its own buffer has room for beyond that; 0 for who has none. */
    public long pendingRoomBytes() {
        NativeBuffer kept = pending;
        return kept == null ? 0 : Math.max(kept.capacity() - kept.length(), 0);
    }

    /** True if it has sent something that is not executed and not thrown away. */
    boolean hasUnfinished() {
        return parser != null || waiting != null;
    }

    /** What it takes of memory, about: itself, its buffers, and what it has named. */
    public long memoryBytes() {
        long names = KeptNames.NAME_BYTES * ((long) watchedKeys() + subscriptions());
        Tracker told = tracker;
        long prefixes = told == null ? 0 : told.prefixBytes();
        return CLIENT_BYTES + unreadBytes() + inputBytes() + names + prefixes;
    }

    /** What it leaves unread, bytes; without a first part that is hardly ever any. */
    long unreadBytes() {
        return Math.max(outlet.pendingBytes() - REPLY_BYTES, 0);
    }

    /** Its buffer for what it sends, and what it has queued; bytes. */
    long inputBytes() {
        return pendingBytes() + pendingRoomBytes() + queuedBytes();
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

    public boolean isClosing() {
        return closing;
    }

    /** Drops the client, whatever it is doing; from any thread. It is listed no more. */
    public void kill() {
        killed = true;
        lane.server().remove(this);
        stopBlocking();
        lane.drop(this);
    }

    void stopBlocking() {
        Blocking wait = blocking;
        if (wait != null) {
            wait.abandon();
        }
    }

    /** True if its command runs now; on its lane, elsewhere false. */
    public boolean isRunning() {
        return lane.runs(this);
    }

    public boolean isKilled() {
        return killed;
    }

    /** The position its next reply, and what it tells others, must not leave before. */
    public long dependsOn() {
        return dependsOn;
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

    public boolean isTouched() {
        WatchedKeys keys = watched;
        return keys != null && keys.isTouched();
    }

    /** Watches a key; its stripe is locked. */
    public void watch(Stripe stripe, int database, byte[] key, boolean expired) {
        WatchedKeys keys = watched;
        if (keys == null) {
            keys = new WatchedKeys(lane);
            watched = keys;
        }
        keys.add(stripe, database, key, expired);
    }

    void eachWatched(WatchedKeys.Each each) {
        WatchedKeys keys = watched;
        if (keys != null) {
            keys.each(each);
        }
    }

    public boolean isWatching() {
        return watchedKeys() > 0;
    }

    public int watchedKeys() {
        WatchedKeys keys = watched;
        return keys == null ? 0 : keys.size();
    }

    /** Forgets all watched keys; it waits for no stripe. */
    public void unwatch() {
        WatchedKeys keys = watched;
        if (keys != null) {
            watched = null;
            keys.leave();
        }
    }
}
