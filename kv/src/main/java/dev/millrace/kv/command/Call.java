package dev.millrace.kv.command;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.eviction.Frequency;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.CText;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;
import dev.millrace.kv.tracking.Tracking;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A running command: its arguments, what it finds, what it changes, what it answers. Each loop has
 * one and uses it again and again; nothing of it may be kept.
 */
public final class Call {
    /**
     * What one command, or all of a transaction, may take of the heap in objects, bytes: a
     * sixteenth. Values, keys and replies are outside it and have other limits.
     */
    public static final long HEAP_BYTES_MAX = Runtime.getRuntime().maxMemory() / 16;

    private static final long AFTER_COMMIT_BYTES = 64;

    private final Lane lane;
    private final Stripes stripes;
    private final Effects effects;
    private final Reply reply;
    private final Key key;
    private final Key other;
    private final NativeBuffer scratch = new NativeBuffer(256);
    private final Element element = new Element();
    private final Element otherElement = new Element();
    private final List<LongConsumer> afterCommit = new ArrayList<>();

    private Request request;
    private Session session;
    private Command command;
    private long dependsOn;
    private long redacted;
    private long waitNanos;
    private long heapBytes;

    public Call(Lane lane, Effects effects, Reply reply, Command first, Session nobody) {
        this.lane = lane;
        this.stripes = lane.server().stripes();
        this.effects = effects;
        this.reply = reply;
        this.key = new Key(stripes.stripe(0));
        this.other = new Key(stripes.stripe(0));
        this.request = Request.view();
        this.command = first;
        this.session = nobody;
        effects.onCreated(created -> notify(Notification.NEW, "new", created));
        effects.onChanged(changed -> Tracking.of(server()).changed(this, changed));
    }

    /** Makes it the call of this command; for the loop. */
    public void begin(Session session, Command command, Request request) {
        this.session = session;
        this.command = command;
        this.request = request;
        this.redacted = 0;
        this.waitNanos = 0;
    }

    // ---- Who and where

    public Lane lane() {
        return lane;
    }

    public KvServer server() {
        return lane.server();
    }

    public Session session() {
        return session;
    }

    public Command command() {
        return command;
    }

    public Request request() {
        return request;
    }

    public Reply reply() {
        return reply;
    }

    public Effects effects() {
        return effects;
    }

    public Stripes stripes() {
        return stripes;
    }

    /** The loop's clock, ms since 1970: the same during a command and during a transaction. */
    public long nowMillis() {
        return lane.nowMillis();
    }

    // ---- Arguments. Index 0 is the command's name.

    public int count() {
        return request.count();
    }

    public long address(int index) {
        return request.address(index);
    }

    public int length(int index) {
        return request.length(index);
    }

    /** A copy of the argument; refuses one that is too large for the heap. */
    public byte[] bytes(int index) {
        if (length(index) > HEAP_BYTES_MAX) {
            throw tooLarge(length(index));
        }
        return request.bytes(index);
    }

    /** As {@link #bytes}, read as UTF-8. */
    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    /** An argument as C prints it in an error: up to its first zero byte. */
    public String shown(int index) {
        return CText.of(text(index));
    }

    /** Counts in what the command is about to make on the heap; refuses what is too much. */
    public void takeHeap(long bytes) {
        if (heapBytes + bytes > HEAP_BYTES_MAX) {
            throw tooLarge(heapBytes + bytes);
        }
        heapBytes += bytes;
    }

    private static Refusal tooLarge(long bytes) {
        return new Refusal(
                "ERR command or argument too large: "
                        + bytes
                        + " bytes of heap (expected: <= "
                        + HEAP_BYTES_MAX
                        + ")");
    }

    /** True if the argument is this word, given in upper case, in any case. */
    public boolean is(int index, String word) {
        return request.is(index, word);
    }

    /** The argument as a long, in the form Redis accepts. */
    public long integer(int index) {
        return integer(index, Refusal.NOT_AN_INTEGER);
    }

    public long integer(int index, Refusal otherwise) {
        long at = address(index);
        int length = length(index);
        if (!Decimal.isLong(at, length)) {
            throw otherwise;
        }
        return Decimal.parse(at, length);
    }

    /** The argument as a long within bounds, else {@code otherwise}. */
    public long integer(int index, long least, long most, Refusal otherwise) {
        long value = integer(index, otherwise);
        if (value < least || value > most) {
            throw otherwise;
        }
        return value;
    }

    /** The argument as an int: {@code otherwise} if it is none. */
    public int integer32(int index, Refusal otherwise) {
        return (int) integer(index, Integer.MIN_VALUE, Integer.MAX_VALUE, otherwise);
    }

    /** The argument as an int, in Redis's words if it is none. */
    public int integer32(int index) {
        long value = integer(index);
        if (value != (int) value) {
            throw Refusal.NOT_AN_INT;
        }
        return (int) value;
    }

    /** The argument as the number of a database. */
    public int database(int index) {
        int number = integer32(index);
        if (number < 0 || number >= Stripe.DATABASES) {
            throw Refusal.DB_INDEX;
        }
        return number;
    }

    /** The argument is a secret: neither the slow log nor MONITOR may show it. */
    public void redact(int index) {
        if (index < Long.SIZE) {
            redacted |= 1L << index;
        }
    }

    /** What the client is made to wait beyond the command's own time counts as its time. */
    public void waits(long nanos) {
        waitNanos = nanos;
    }

    /** See {@link #waits}. */
    public long waitNanos() {
        return waitNanos;
    }

    /** A bit for each argument that is a secret. */
    public long redacted() {
        return redacted;
    }

    /** A buffer for a value under construction; empty. */
    public NativeBuffer scratch() {
        scratch.shrink();
        return scratch;
    }

    /** To read an element of a collection into. */
    public Element element() {
        return element;
    }

    /** A second one. */
    public Element otherElement() {
        return otherElement;
    }

    // ---- Keys

    /** Looks a key up to read it: counted as hit or miss, its access noted. */
    public Key read(int index) {
        find(key, index, session.database());
        return counted(key);
    }

    /** Looks a second key up to read it, while the first stays as it is. */
    public Key readOther(int index) {
        find(other, index, session.database());
        return counted(other);
    }

    /** Looks a key up to read something about it: counted, but its access is not noted. */
    public Key glance(int index) {
        return counted(peek(index));
    }

    private Key counted(Key found) {
        lane.stats().lookedUp(found.exists());
        if (!found.exists()) {
            notify(Notification.KEY_MISS, "keymiss", found);
        }
        return found;
    }

    /** Looks a key up to change it. */
    public Key write(int index) {
        find(key, index, session.database());
        return key;
    }

    /** Looks a second key up to change it, while the first stays as it is. */
    public Key other(int index) {
        return other(index, session.database());
    }

    public Key other(int index, int database) {
        find(other, index, database);
        return other;
    }

    /** Looks a key up without a trace. */
    public Key peek(int index) {
        fill(key, address(index), length(index), session.database());
        hideExpired(key);
        return key;
    }

    /** As {@link #peek(int)}, and a key whose time has come is there as long as it is kept. */
    public Key peekExpired(int index) {
        fill(key, address(index), length(index), session.database());
        return key;
    }

    /** Fills a key of the caller's own, to read it; for commands on several keys at a time. */
    public Key readInto(Key found, int index) {
        find(found, index, session.database());
        return counted(found);
    }

    /** The same, to change it. */
    public Key writeInto(Key found, int index) {
        find(found, index, session.database());
        return found;
    }

    /** Looks up a key that is no argument; its bytes must stay where they are during the call. */
    public Key peek(long address, int length, int database) {
        fill(key, address, length, database);
        hideExpired(key);
        return key;
    }

    private void find(Key found, int index, int database) {
        boolean hashed = index == 1 && request.isHashed();
        long address = address(index);
        int length = length(index);
        long hash = hashed ? request.keyHash() : KeyHash.of(address, length);
        fill(found, address, length, hash, database);
        hideExpired(found);
        if (found.exists() && !session.isNoTouch()) {
            touch(found);
        }
    }

    /** Notes that an item was used: when, or how often. */
    private void touch(Key found) {
        long item = found.item();
        Config config = server().config();
        int access =
                config.isLfu()
                        ? Frequency.used(
                                Item.access(item),
                                nowMillis(),
                                config.get(Quantity.LFU_DECAY_TIME),
                                config.get(Quantity.LFU_LOG_FACTOR),
                                lane.random())
                        : found.stripe().accessClock();
        Item.access(item, access);
    }

    private void fill(Key found, long address, int length, int database) {
        fill(found, address, length, KeyHash.of(address, length), database);
    }

    private void fill(Key found, long address, int length, long hash, int database) {
        Stripe stripe = stripes.of(address, length);
        assert stripe.isLocked() : command + " has not declared the key";
        Database in = stripe.database(database);
        found.set(stripe, in, hash, address, length, in.items().find(hash, address, length));
        if (lane.isStrict()) {
            dependOn(stripe.dependency(hash));
        }
    }

    /**
     * Whether a time, ms since 1970, is over. For what the server that we follow says none is:
     * whatever ends, that one deletes.
     */
    public boolean hasPassed(long millis) {
        return millis <= nowMillis() && !session.isMaster();
    }

    /**
     * An expired key does not exist. Its deletion is an effect, logged by whoever holds the stripe
     * and has space for it; else it is only hidden.
     */
    private void hideExpired(Key found) {
        long expiresAt = found.expiresAt();
        if (expiresAt == 0 || !hasPassed(expiresAt)) {
            return;
        }
        if (command.isWrite() || lane.admit(found.length())) {
            effects.delete(found);
            lane.expired();
            notify(Notification.EXPIRED, "expired", found);
        }
        found.item(0);
    }

    /** True if a looked-up key is there but expired, and could not be deleted now. */
    public boolean isHiddenExpired(Key found) {
        return !found.exists()
                && found.database().items().find(found.hash(), found.address(), found.length())
                        != 0;
    }

    /** The reply must not leave before this position is durable. */
    public void dependOn(long position) {
        dependsOn = Math.max(dependsOn, position);
    }

    /** As {@link #dependOn}, for a reply that tells of all keys. All stripes are locked. */
    public void dependOnAll() {
        if (lane.isStrict()) {
            for (int i = 0; i < stripes.count(); i++) {
                dependOn(stripes.stripe(i).lastPosition());
            }
        }
    }

    /** What the reply depends on so far; and starts anew. */
    public long takeDependency() {
        long taken = dependsOn;
        dependsOn = 0;
        return taken;
    }

    // ---- What follows from a change

    /** Tells subscribers of keyspace notifications, once the change has its place in the log. */
    public void notify(Notification kind, String event, Key key) {
        long bytes = AFTER_COMMIT_BYTES + key.length();
        if (server().notifications().wants(kind) && heapBytes + bytes <= HEAP_BYTES_MAX) {
            heapBytes += bytes;
            int database = key.database().index();
            byte[] name = Memory.bytes(key.address(), key.length());
            afterCommit(
                    position ->
                            server().notifications().send(lane, event, database, name, position));
        }
    }

    /** True inside EXEC: what it changes is in the log when the last of its commands has run. */
    public boolean isInTransaction() {
        return lane.isInTransaction();
    }

    /** Runs when the record is appended, before the stripes are unlocked; told its position. */
    public void afterCommit(LongConsumer action) {
        afterCommit.add(action);
    }

    /** The command failed before it changed anything: nothing follows from it. For the loop. */
    public void abandon() {
        afterCommit.clear();
        dependsOn = 0;
    }

    /** For the loop. */
    public void committed(long position) {
        heapBytes = 0;
        if (!afterCommit.isEmpty()) {
            List<LongConsumer> actions = List.copyOf(afterCommit);
            afterCommit.clear();
            actions.forEach(action -> action.accept(position));
        }
    }
}
