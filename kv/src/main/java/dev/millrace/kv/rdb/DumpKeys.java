package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
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
 * Reads a whole dump, in memory, key by key. Nothing that it says is believed: each value is read
 * into a store apart, by which it is checked and where it does not stay.
 *
 * <pre>
 * REDIS0010 | { notes, sizes, a database's number } | { expiry, type, key, value } ... | ff | u64 CRC-64
 * </pre>
 */
public final class DumpKeys {
    /** A value's dump is at most so long: it stands in one record. */
    private static final int VALUE_BYTES_MAX = 1 << 30;

    private static final long MILLIS_PER_SECOND = 1000;
    private static final int SUM_SINCE_VERSION = 5;
    private static final int SUM_BYTES = 8;

    private final Stripes apart = new Stripes(1);
    private final Stripe stripe = apart.stripe(0);
    private final Place place = new Place(stripe);
    private final Limits limits;
    private final DumpedValue value = new DumpedValue();
    private final DumpReader in = new DumpReader();
    private final Element key = new Element();
    private final NativeBuffer keyCopy = new NativeBuffer(256);
    private int database;
    private long expiresAt;

    /** What was read; it is told of all, in the order of the dump. */
    public interface Sink {
        /**
         * A key and its value, which was found to be whole.
         *
         * @param key its database and bytes, valid during the call
         * @param expiresAt ms since 1970, 0 for never
         * @param type of {@link DumpType}
         * @param dump where the value stands, without the type
         * @param offset where the key stands in the dump
         */
        void key(Place key, long expiresAt, int type, long dump, int bytes, long offset)
                throws IOException;

        /** A key of a collection without elements, which is no key. */
        default void empty() {}

        /** A library of functions. Its code runs when its functions are first asked for. */
        default void library(ServerState.Library library) throws IOException {}
    }

    /** Reads with the limits that Redis has out of the box. */
    public DumpKeys() {
        this(Limits.of(new Config()));
    }

    /**
     * Reads.
     *
     * @param limits up to what a collection stays packed
     */
    DumpKeys(Limits limits) {
        this.limits = limits;
    }

    /** A store of its own, to which the keys that are told of belong. */
    Stripes apart() {
        return apart;
    }

    /**
     * Reads the dump that is exactly these bytes.
     *
     * @throws BadDump if it is not whole, or has what is not known here; what was read before that
     *     has been told
     */
    public void read(long address, long bytes, Sink sink) throws IOException {
        database = 0;
        expiresAt = 0;
        in.read(address, bytes);
        try (SumAhead sum = new SumAhead(address, Math.max(0, bytes - SUM_BYTES))) {
            readAll(sum, address, sink);
        } finally {
            in.close();
        }
    }

    /**
     * Reads it once without telling of anything, with its sum.
     *
     * @throws BadDump if it is not whole, or has what is not known here
     */
    public void check(long address, long bytes) throws IOException {
        read(address, bytes, (at, expiry, type, dump, length, offset) -> {});
    }

    private void readAll(SumAhead sum, long address, Sink sink) throws IOException {
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
                case Opcode.FUNCTION -> {
                    in.string(key);
                    sink.library(library());
                }
                case Opcode.FUNCTION_EARLY ->
                        throw in.bad("a library of functions of a candidate of Redis 7.0");
                case Opcode.MODULE -> throw in.bad("a module's data cannot be read");
                default -> readKey(code, sink);
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

    private ServerState.Library library() {
        byte[] code = Memory.bytes(key.address(), key.length());
        String name = Libraries.nameOf(code).orElseThrow(() -> in.bad("a library without a name"));
        return new ServerState.Library(name, code);
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

    private void readKey(int type, Sink sink) throws IOException {
        long offset = in.offset();
        in.string(key);
        keyCopy.clear();
        keyCopy.put(key.address(), key.length());
        long hash = KeyHash.of(keyCopy.address(), key.length());
        place.set(stripe, stripe.database(database), hash, keyCopy.address(), key.length(), 0);
        long dump = in.address();
        try {
            value.read(in, limits, type, place);
            long bytes = in.address() - dump;
            if (bytes > VALUE_BYTES_MAX) {
                throw in.bad(
                        "a value of " + bytes + " bytes (expected: <= " + VALUE_BYTES_MAX + ")");
            }
            if (place.exists()) {
                sink.key(place, expiresAt, type, dump, (int) bytes, offset);
            } else {
                sink.empty();
            }
        } finally {
            forget(); // Also what was refused half read: the next dump may have the same key.
        }
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
}
