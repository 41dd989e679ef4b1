package dev.millrace.kv.store;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the server keeps of itself: strings in {@link Stripe#SYSTEM}, changed by effects as any
 * other key is, in checkpoints and replayed as any other is. A library of functions is one; whom
 * the server follows is another ({@code kv.replication}).
 */
public final class ServerState {
    /** A library's key is this and its name. */
    private static final String LIBRARY = "library:";

    /** A library of functions: its name, and its whole source. Nobody changes the bytes. */
    public record Library(String name, byte[] code) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Library same
                    && name.equals(same.name)
                    && Arrays.equals(code, same.code);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(code);
        }
    }

    private final Stripes stripes;
    private volatile long version;

    ServerState(Stripes stripes) {
        this.stripes = stripes;
    }

    /**
     * Finds what is kept under a name, in the stripe where it belongs, which is locked.
     *
     * @param name stays where it is while the place is used
     */
    public void find(Place into, NativeBuffer name) {
        int length = Math.toIntExact(name.length());
        Stripe stripe = stripes.of(name.address(), length);
        Database database = stripe.database(Stripe.SYSTEM);
        long hash = KeyHash.of(name.address(), length);
        long item = database.items().find(hash, name.address(), length);
        into.set(stripe, database, hash, name.address(), length, item);
    }

    /** The bytes that are kept under a name, whose stripe is locked; nothing if none are. */
    public Optional<byte[]> value(NativeBuffer name) {
        Place found = new Place(stripes.stripe(0));
        find(found, name);
        return found.exists()
                ? Optional.of(
                        Memory.bytes(Item.value(found.item()), Item.valueLength(found.item())))
                : Optional.empty();
    }

    /** The position that a reader of what is under a name depends on; its stripe is locked. */
    public long dependency(NativeBuffer name) {
        int length = Math.toIntExact(name.length());
        long hash = KeyHash.of(name.address(), length);
        return stripes.of(name.address(), length).dependency(hash);
    }

    // ---- Libraries of functions

    /** The key of a library, as bytes of ISO-8859-1. */
    public static byte[] keyOf(String library) {
        return (LIBRARY + library).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The name of the library that has a key; nothing if it is no library's. */
    public static Optional<String> libraryOf(long key, int length) {
        String text = new String(Memory.bytes(key, length), StandardCharsets.ISO_8859_1);
        return text.startsWith(LIBRARY)
                ? Optional.of(text.substring(LIBRARY.length()))
                : Optional.empty();
    }

    /** The libraries; all stripes are locked. */
    public List<Library> libraries() {
        List<Library> libraries = new ArrayList<>();
        for (int i = 0; i < stripes.count(); i++) {
            Dictionary items = stripes.stripe(i).database(Stripe.SYSTEM).items();
            long cursor = 0;
            do {
                cursor = items.scan(cursor, item -> add(libraries, item));
            } while (cursor != 0);
        }
        return libraries;
    }

    private static void add(List<Library> libraries, long item) {
        libraryOf(Item.key(item), Item.keyLength(item))
                .ifPresent(
                        name ->
                                libraries.add(
                                        new Library(
                                                name,
                                                Memory.bytes(
                                                        Item.value(item),
                                                        Item.valueLength(item)))));
    }

    /** True if there is a library of this name; all stripes are locked. */
    public boolean hasLibrary(String name) {
        return libraries().stream().anyMatch(library -> library.name.equals(name));
    }

    /** Greater after every change of a library. */
    public long version() {
        return version;
    }

    /** A library has changed; all stripes are locked. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // all stripes are locked
    public void changed() {
        version++;
    }
}
