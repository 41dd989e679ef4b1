package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.DatabaseKey;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;
import dev.millrace.kv.store.Watches;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The way commands change the store: each method writes the effect into the open record and applies
 * it, through the same code that a replay uses. The stripes are locked and the space is reserved;
 * the loop appends the record when the command, or the transaction, is done.
 */
public final class Effects {
    /** So many keys of a record are noted one by one. */
    private static final int TOUCHED_MAX = 1 << 16;

    private final RecordWriter record;
    private final Stripes stripes;
    private final Combination combination;
    private final HashEffects hash = new HashEffects(this);
    private final ListEffects list = new ListEffects(this);
    private final SetEffects set = new SetEffects(this);
    private final SortedSetEffects sortedSet = new SortedSetEffects(this);
    private final ServerEffects server;
    private final StreamEffects stream = new StreamEffects(this);

    // What the record has touched, for the dependencies of readers.
    private Stripe[] touchedStripes = new Stripe[16];
    private long[] touchedHashes = new long[16];
    private int touchedCount;
    private final Set<Stripe> touchedWhole = new HashSet<>();
    private boolean touchedAll;
    private boolean unwatched;
    private long changes;
    private boolean replacing;

    /** Changed keys that somebody waits for, in the order of their changes. */
    private final LinkedHashSet<DatabaseKey> ready = new LinkedHashSet<>();

    private final NativeBuffer name = new NativeBuffer(64);
    private final RestoreEffect restore = new RestoreEffect(this);
    private Consumer<Key> onCreated = key -> {};
    private Consumer<Key> onChanged = key -> {};

    public Effects(RecordWriter record, Stripes stripes) {
        this.record = record;
        this.stripes = stripes;
        this.combination = new Combination();
        this.server = new ServerEffects(this, stripes);
    }

    /** Who is told of each key that is made where there was none, before anything else is. */
    public void onCreated(Consumer<Key> action) {
        onCreated = action;
    }

    /** Who is told of each key that is changed, while clients track keys. */
    public void onChanged(Consumer<Key> action) {
        onChanged = action;
    }

    /** Of hashes. */
    public HashEffects hash() {
        return hash;
    }

    /** Of lists. */
    public ListEffects list() {
        return list;
    }

    /** Of sets. */
    public SetEffects set() {
        return set;
    }

    /** Of sorted sets. */
    public SortedSetEffects sortedSet() {
        return sortedSet;
    }

    /** Of streams. */
    public StreamEffects stream() {
        return stream;
    }

    /** Of what the server keeps of itself. */
    public ServerEffects server() {
        return server;
    }

    /** Of values from dumps. */
    public RestoreEffect restore() {
        return restore;
    }

    /** Begins an effect on a key. */
    NativeBuffer begin(Effect effect, Place key) {
        NativeBuffer out = begin(effect);
        out.putByte(key.database().index());
        putBytes(out, key.address(), key.length());
        return out;
    }

    /** Where effects are written, with an effect begun. */
    NativeBuffer record() {
        return record.part(Effect.MACHINE);
    }

    private NativeBuffer begin(Effect effect) {
        NativeBuffer out = record();
        out.putByte(effect.code());
        return out;
    }

    static void putBytes(NativeBuffer out, long address, int length) {
        out.putVarint(length);
        out.put(address, length);
    }

    /** What an effect on a key ends with. */
    void touched(Key key, boolean created) {
        if (created && !replacing && key.database().index() != Stripe.SYSTEM) {
            onCreated.accept(key);
        }
        replacing = false;
        touched(key);
    }

    /**
     * Tells the watchers of a key, of which nothing is changed: Redis does so after some commands.
     */
    public void touchWatchers(Key key) {
        key.stripe().watches().touch(key.database().index(), key.address(), key.length());
        if (stripes.isTracked()) {
            onChanged.accept(key);
        }
    }

    /**
     * Makes changes that who watches the keys is not told of: as in Redis, where only a value's
     * form changes.
     */
    public void unwatched(Runnable change) {
        unwatched = true;
        try {
            change.run();
        } finally {
            unwatched = false;
        }
    }

    private void touched(Key key) {
        changes++;
        if (!unwatched) {
            touchWatchers(key);
        }
        touched(key.stripe(), key.hash());
        readyIfWaitedFor(key);
    }

    /**
     * What an effect ends with of which those who watch the key, or wait for something there, are
     * not told.
     */
    void touchedUnwatched(Key key) {
        changes++;
        replacing = false;
        touched(key.stripe(), key.hash());
    }

    /** Who waits for the key is to be looked at: also when it is gone, for some wait for that. */
    void readyIfWaitedFor(Key key) {
        if (key.stripe().waits().isEmpty()) {
            return;
        }
        DatabaseKey name =
                key.stripe().waits().find(key.database().index(), key.address(), key.length());
        if (name != null) {
            ready.add(name);
        }
    }

    /** A key may have what somebody waits for. */
    public void ready(DatabaseKey name) {
        ready.add(name);
    }

    /** True if there is a {@link #nextReady}. */
    public boolean hasReady() {
        return !ready.isEmpty();
    }

    /** Takes the first key that may have what somebody waits for, or null. */
    public @Nullable DatabaseKey nextReady() {
        return ready.isEmpty() ? null : ready.removeFirst();
    }

    private void touched(Stripe stripe, long hash) {
        if (touchedCount == TOUCHED_MAX) {
            // Too many to tell apart: readers of whatever is in this stripe wait for the record.
            touchedWhole.add(stripe);
            return;
        }
        if (touchedCount == touchedHashes.length) {
            touchedStripes = Arrays.copyOf(touchedStripes, touchedCount * 2);
            touchedHashes = Arrays.copyOf(touchedHashes, touchedCount * 2);
        }
        touchedStripes[touchedCount] = stripe;
        touchedHashes[touchedCount++] = hash;
    }

    /** Notes the record's position with all it touched, and starts anew. */
    public void appended(long position) {
        for (int i = 0; i < touchedCount; i++) {
            touchedStripes[i].written(touchedHashes[i], position);
        }
        touchedCount = 0;
        if (!touchedWhole.isEmpty()) {
            touchedWhole.forEach(stripe -> stripe.writtenAll(position));
            touchedWhole.clear();
        }
        if (touchedAll) {
            for (int i = 0; i < stripes.count(); i++) {
                stripes.stripe(i).writtenAll(position);
            }
            touchedAll = false;
        }
    }

    /**
     * Makes it so many more {@link #changes}, or fewer: where Redis does not count one for each of
     * our effects.
     */
    public void count(int more) {
        changes += more;
    }

    /** How many changes there have been: INFO's rdb_changes_since_last_save counts them. */
    public long changes() {
        return changes;
    }

    /** Sets the key to a string; {@code expiresAt} in ms since 1970, 0 for never. */
    public void putString(Key key, long value, int length, long expiresAt) {
        putString(key, value, length, expiresAt, Item.ENCODING_PLAIN);
    }

    /** Sets the key to a string of an encoding of {@link Item}. */
    public void putString(Key key, long value, int length, long expiresAt, int encoding) {
        NativeBuffer out = begin(Effect.PUT_STRING, key);
        out.putByte(encoding);
        out.putLong(expiresAt);
        putBytes(out, value, length);
        boolean created = !key.exists();
        key.item(
                Apply.putString(
                        key.stripe(),
                        key.database(),
                        key.hash(),
                        key.item(),
                        key.address(),
                        key.length(),
                        value,
                        length,
                        expiresAt,
                        encoding));
        touched(key, created);
    }

    /** Takes an existing key out. */
    public void delete(Key key) {
        begin(Effect.DELETE, key);
        Apply.delete(key.stripe(), key.database(), key.hash(), key.item());
        key.item(0);
        touched(key);
    }

    /**
     * Takes out what is under the key, if anything is, to make room for another value: what puts
     * that there, next, is one change with this, and the key is not a new one.
     */
    public void replace(Key key) {
        replacing = key.exists();
        if (replacing) {
            delete(key);
            changes--;
        }
    }

    /** Sets when an existing key expires, ms since 1970; 0 for never. */
    public void expire(Key key, long expiresAt) {
        begin(Effect.EXPIRE, key).putLong(expiresAt);
        key.item(Apply.expire(key.stripe(), key.database(), key.hash(), key.item(), expiresAt));
        touched(key);
    }

    /** Writes into a string, which grows with zeros as far as needed, or is made. */
    public void setRange(Key key, int offset, long value, int length) {
        boolean created = !key.exists();
        writeRange(key, offset, value, length);
        touched(key, created);
    }

    /**
     * Gets a string ready to be changed in place, after which it is called raw, though nothing is
     * changed: Redis does so before it looks whether SETBIT changes anything. Watchers are not
     * told.
     */
    public void makeRaw(Key key) {
        if (Item.encoding(key.item()) != Item.ENCODING_RAW) {
            writeRange(key, 0, key.address(), 0);
            touched(key.stripe(), key.hash());
        }
    }

    private void writeRange(Key key, int offset, long value, int length) {
        NativeBuffer out = begin(Effect.SET_RANGE, key);
        out.putVarint(offset);
        putBytes(out, value, length);
        key.item(
                Apply.setRange(
                        key.stripe(),
                        key.database(),
                        key.hash(),
                        key.item(),
                        key.address(),
                        key.length(),
                        offset,
                        value,
                        length));
    }

    /** Makes {@code to} a copy of {@code from}, with its expiry; what was there is replaced. */
    public void copy(Key from, Key to) {
        NativeBuffer out = begin(Effect.COPY, from);
        out.putByte(to.database().index());
        putBytes(out, to.address(), to.length());
        Collections.copy(from, to);
        touched(to, true); // Redis counts a key that was replaced as new, too.
    }

    /** Gives an item another key, with its expiry; what was there is replaced. */
    public void move(Key from, Key to) {
        NativeBuffer out = begin(Effect.MOVE, from);
        out.putByte(to.database().index());
        putBytes(out, to.address(), to.length());
        Collections.move(from, to);
        touched(to, true);
        touched(from);
        changes--; // It is one change of two keys.
    }

    /** Empties a database. All stripes are locked. */
    public void flush(int database) {
        begin(Effect.FLUSH).putByte(database);
        for (int i = 0; i < stripes.count(); i++) {
            changes += stripes.stripe(i).database(database).items().size();
        }
        for (int i = 0; i < stripes.count(); i++) {
            replace(stripes.stripe(i), database, key -> Watches.Found.NOTHING, 0);
            Apply.flush(stripes.stripe(i), database);
            readyIn(stripes.stripe(i), database, database);
        }
        touchedAll = true;
    }

    private Watches.Found found(Stripe stripe, int database, byte[] key, long nowMillis) {
        name.clear();
        name.put(key);
        long address = name.address();
        long hash = KeyHash.of(address, key.length);
        long item = stripe.database(database).items().find(hash, address, key.length);
        if (item == 0) {
            return Watches.Found.NOTHING;
        }
        long expiresAt = Item.expiresAt(item);
        boolean isOver = expiresAt != 0 && expiresAt <= nowMillis;
        return isOver ? Watches.Found.EXPIRED : Watches.Found.ALIVE;
    }

    /**
     * Lets two databases change places. All stripes are locked.
     *
     * @param nowMillis ms since 1970; who watches a key that has expired by then is told as if it
     *     were deleted
     */
    public void swap(int a, int b, long nowMillis) {
        NativeBuffer out = begin(Effect.SWAP);
        out.putByte(a);
        out.putByte(b);
        for (int i = 0; i < stripes.count(); i++) {
            Stripe stripe = stripes.stripe(i);
            replace(stripe, a, key -> found(stripe, b, key, nowMillis), nowMillis);
            replace(stripe, b, key -> found(stripe, a, key, nowMillis), nowMillis);
            Apply.swap(stripes.stripe(i), a, b);
            readyIn(stripes.stripe(i), a, b);
        }
        touchedAll = true;
        changes++;
    }

    /** Tells who watches keys of a database what takes their place. */
    private void replace(
            Stripe stripe, int database, Function<byte[], Watches.Found> next, long nowMillis) {
        stripe.watches().replaceAll(database, key -> found(stripe, database, key, nowMillis), next);
    }

    /** Who waits for keys of these databases is to be looked at. */
    private void readyIn(Stripe stripe, int a, int b) {
        if (!stripe.waits().isEmpty()) {
            stripe.waits()
                    .each(
                            name -> {
                                if (name.database() == a || name.database() == b) {
                                    ready.add(name);
                                }
                            });
        }
    }

    /**
     * Makes {@code to} the bitwise combination of strings, missing ones counting as empty; not to
     * be called if all are empty.
     *
     * @param keys addresses of the source keys, in the key's database
     */
    public void combine(Key to, Combination.Operation operation, long[] keys, int[] lengths) {
        NativeBuffer out = begin(Effect.COMBINE, to);
        out.putByte(operation.code());
        out.putVarint(keys.length);
        for (int i = 0; i < keys.length; i++) {
            putBytes(out, keys[i], lengths[i]);
        }
        boolean created = !to.exists();
        int database = to.database().index();
        NativeBuffer result = combination.of(stripes, database, operation, keys, lengths);
        to.item(
                Apply.putString(
                        to.stripe(),
                        to.database(),
                        to.hash(),
                        to.item(),
                        to.address(),
                        to.length(),
                        result.address(),
                        Math.toIntExact(result.length()),
                        0,
                        Item.ENCODING_RAW));
        result.shrink();
        touched(to, created);
    }
}
