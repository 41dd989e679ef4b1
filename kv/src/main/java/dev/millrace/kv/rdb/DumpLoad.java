package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.script.Libraries;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a whole dump, in memory, onto a journal. Nothing that it says is believed: each value is
 * read into a store apart, by which it is checked and where it does not stay, and goes to the
 * journal in the form that it has in the dump.
 *
 * <pre>
 * REDIS0010 | { notes, sizes, a database's number } | { expiry, type, key, value } ... | ff | u64 CRC-64
 * </pre>
 *
 * <p>Where it ends with a {@link BadDump}, the journal has a part of it: whoever reads strangers'
 * files reads them onto one of their own first.
 */
public final class DumpLoad {
    /** Keys of about so many bytes together become one record. */
    private static final int RECORD_BYTES = 256 * 1024;

    /** A value's dump is at most so long: it stands in one record. */
    private static final int VALUE_BYTES_MAX = 1 << 30;

    private static final long MILLIS_PER_SECOND = 1000;
    private static final int SUM_SINCE_VERSION = 5;
    private static final int SUM_BYTES = 8;

    private final Stripes apart = new Stripes(1);
    private final Stripe stripe = apart.stripe(0);
    private final Place place = new Place(stripe);
    private final Progress progress;
    private final Space space;
    private final Limits limits = Limits.of(new Config());
    private final DumpedValue value = new DumpedValue();
    private final DumpReader in = new DumpReader();
    private final KeysSeen seen = new KeysSeen();
    private final Element key = new Element();
    private final NativeBuffer keyCopy = new NativeBuffer(256);
    private final RecordWriter record = new RecordWriter();
    private final Effects effects = new Effects(record, apart);
    private final Journal.Grant grant = new Journal.Grant();
    private int database;
    private long expiresAt;
    private long keys;
    private long expired;

    /** Returns when the journal may have room, or will never have. */
    @FunctionalInterface
    interface Space {
        void await(Shard shard);
    }

    /** Makes one. */
    public DumpLoad(Progress progress) {
        this(progress, shard -> shard.segments().prepareSpace());
    }

    /**
     * Makes one.
     *
     * @param space where the journal has no room for the next record
     */
    DumpLoad(Progress progress, Space space) {
        this.progress = progress;
        this.space = space;
    }

    /**
     * What was loaded.
     *
     * @param keys how many keys
     * @param expired how many were left out, for their time had come
     */
    public record Loaded(long keys, long expired) {}

    /**
     * Loads the dump that is exactly these bytes.
     *
     * @param shard whose journal is empty
     * @throws BadDump if it is not whole, or has what is not known here
     * @throws IOException if the journal does not take it
     */
    public Loaded read(Shard shard, long address, long bytes, long nowMillis) throws IOException {
        database = 0;
        expiresAt = 0;
        keys = 0;
        expired = 0;
        record.clear();
        seen.clear();
        in.read(address, bytes);
        if (bytes > KeysSeen.DUMP_BYTES_MAX) {
            throw in.bad(bytes + " bytes (expected: <= " + KeysSeen.DUMP_BYTES_MAX + ")");
        }
        try (SumAhead sum = new SumAhead(address, Math.max(0, bytes - SUM_BYTES))) {
            readAll(shard, sum, address, bytes, nowMillis);
            checkKeys(address, bytes);
            append(shard, nowMillis);
            return new Loaded(keys, expired);
        } finally {
            in.close();
        }
    }

    private void readAll(Shard shard, SumAhead sum, long address, long bytes, long nowMillis)
            throws IOException {
        int version = version();
        while (true) {
            int code = in.u8();
            switch (code) {
                case Opcode.END -> {
                    checkSum(version, sum, address);
                    return;
                }
                case Opcode.NOTE -> {
                    in.string(key);
                    in.string(key);
                }
                case Opcode.SIZES -> {
                    in.length();
                    in.length();
                }
                case Opcode.DATABASE -> database = database();
                case Opcode.EXPIRES_MILLIS -> expiresAt = in.i64();
                case Opcode.EXPIRES_SECONDS -> expiresAt = in.i32() * MILLIS_PER_SECOND;
                case Opcode.IDLE -> in.length();
                case Opcode.FREQUENCY -> in.u8();
                case Opcode.FUNCTION -> library();
                case Opcode.FUNCTION_EARLY ->
                        throw in.bad("a library of functions of a candidate of Redis 7.0");
                case Opcode.MODULE -> throw in.bad("a module's data cannot be read");
                default -> {
                    readKey(code, nowMillis);
                    if (record.length() >= RECORD_BYTES) {
                        append(shard, nowMillis);
                        progress.at(in.offset(), bytes);
                    }
                }
            }
        }
    }

    private int version() {
        if (in.left() < Opcode.MAGIC_BYTES) {
            throw in.bad("no dump of Redis's (expected: REDIS and four digits)");
        }
        byte[] head = Memory.bytes(in.address(), Opcode.MAGIC_BYTES);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (!text.matches(Opcode.MAGIC + "[0-9]{4}")) {
            throw in.bad("no dump of Redis's (expected: REDIS and four digits)");
        }
        int version = Integer.parseInt(text.substring(Opcode.MAGIC.length()));
        if (version < 1 || version > Dumps.VERSION) {
            throw in.bad("format version " + version + " (expected: 1 to " + Dumps.VERSION + ")");
        }
        in.skip(Opcode.MAGIC_BYTES);
        return version;
    }

    /** Its code runs when its functions are first asked for; only its name is needed here. */
    private void library() {
        in.string(key);
        byte[] code = Memory.bytes(key.address(), key.length());
        String name = Libraries.nameOf(code).orElseThrow(() -> in.bad("a library without a name"));
        effects.server().logLibrary(new ServerState.Library(name, code));
    }

    private int database() {
        long number = in.length();
        if (number >= Stripe.DATABASES) {
            throw in.bad("database " + number + " (expected: < " + Stripe.DATABASES + ")");
        }
        return (int) number;
    }

    /** A sum of 0 says that there is none. */
    private void checkSum(int version, SumAhead sums, long address) {
        if (version < SUM_SINCE_VERSION) {
            return;
        }
        long covered = in.offset();
        long sum = in.i64();
        if (sum == 0) {
            return;
        }
        long found = covered == sums.bytes() ? sums.sum() : Crc64.update(0, address, covered);
        if (sum != found) {
            throw in.bad("the file's sum is wrong");
        }
    }

    private void readKey(int type, long nowMillis) {
        long offset = in.offset();
        in.string(key);
        keyCopy.clear();
        keyCopy.put(key.address(), key.length());
        long hash = KeyHash.of(keyCopy.address(), key.length());
        seen.add(hash, database, offset);
        place.set(stripe, stripe.database(database), hash, keyCopy.address(), key.length(), 0);
        long dump = in.address();
        value.read(in, limits, type, place);
        long bytes = in.address() - dump;
        if (bytes > VALUE_BYTES_MAX) {
            throw in.bad("a value of " + bytes + " bytes (expected: <= " + VALUE_BYTES_MAX + ")");
        }
        if (expiresAt != 0 && expiresAt <= nowMillis) {
            expired++;
        } else {
            effects.restore().log(place, expiresAt, limits, type, dump, (int) bytes);
            keys++;
        }
        forget();
        expiresAt = 0;
    }

    /** Takes the value out of the store apart. */
    private void forget() {
        if (place.exists()) {
            Collections.delete(place);
        }
        while (stripe.sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
            // All of it.
        }
    }

    private void checkKeys(long address, long bytes) {
        long repeated = seen.firstRepeated((one, two) -> isSameKey(address, bytes, one, two));
        if (repeated >= 0) {
            readKeyAt(address, bytes, repeated);
            throw in.bad("a key that is there already");
        }
    }

    private boolean isSameKey(long address, long bytes, long one, long two) {
        readKeyAt(address, bytes, one);
        keyCopy.clear();
        keyCopy.put(key.address(), key.length());
        readKeyAt(address, bytes, two);
        return key.equals(keyCopy.address(), (int) keyCopy.length());
    }

    private void readKeyAt(long address, long bytes, long offset) {
        in.read(address, bytes);
        in.skip(offset);
        in.string(key);
    }

    // ---- The journal

    private void append(Shard shard, long nowMillis) throws IOException {
        if (record.isEmpty()) {
            return;
        }
        Journal journal = shard.journal();
        while (true) {
            switch (journal.admit(grant, record.length())) {
                case ADMITTED -> {
                    journal.append(record, grant, nowMillis);
                    record.clear();
                    effects.appended(0);
                    return;
                }
                case WAIT -> space.await(shard);
                case REFUSED -> throw new IOException(journal.trouble());
            }
        }
    }
}
