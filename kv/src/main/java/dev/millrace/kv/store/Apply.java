package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

/**
 * Applies effects. Nothing else changes an item's key, value or expiry, neither while commands run
 * nor while a journal is replayed.
 *
 * <p>The caller holds the stripe's lock. {@code item} is what {@code find} answered for the key:
 * its address, or 0.
 */
public final class Apply {
    /** Room left behind a value that grows, as Redis leaves it: as much again, up to this. */
    private static final int GROWTH_BYTES_MAX = 1 << 20;

    /** A packed collection is moved to a smaller block when it needs less than half of its own. */
    private static final int SPARE_PARTS = 2;

    private Apply() {}

    /**
     * Sets a key to a string, with an expiry (ms since 1970) or none (0). Neither key nor value may
     * lie in the item itself. Returns the item, perhaps at a new address.
     */
    public static long putString(
            Stripe stripe,
            Database database,
            long hash,
            long before,
            long key,
            int keyLength,
            long value,
            int valueLength,
            long expiresAt,
            int encoding) {
        long item = before;
        if (item != 0 && Item.isLarge(item)) {
            delete(stripe, database, hash, item);
            item = 0;
        }
        long bytes = Item.bytes(keyLength, valueLength, expiresAt != 0);
        if (item != 0) {
            stripe.beforeChange(database, item);
            boolean expired = Item.expiresAt(item) != 0;
            if (Slabs.blockBytes(bytes) == Slabs.usable(item)) {
                rewrite(stripe, item, key, keyLength, value, valueLength, expiresAt, encoding);
                if (expired && expiresAt == 0) {
                    database.expires().remove(hash, item);
                } else if (!expired && expiresAt != 0) {
                    database.expires().insert(hash, item);
                }
                return item;
            }
            if (expired) {
                database.expires().remove(hash, item);
            }
        }
        long fresh = stripe.slabs().allocate(bytes);
        long to =
                header(
                        stripe,
                        fresh,
                        Item.TYPE_STRING,
                        key,
                        keyLength,
                        valueLength,
                        expiresAt,
                        encoding);
        Memory.copy(value, to, valueLength);
        if (item != 0) {
            database.items().move(hash, item, fresh);
            stripe.slabs().free(item);
        } else {
            database.items().insert(hash, fresh);
        }
        if (expiresAt != 0) {
            database.expires().insert(hash, fresh);
        }
        return fresh;
    }

    private static long header(
            Stripe stripe,
            long item,
            int type,
            long key,
            int keyLength,
            int valueLength,
            long expiresAt,
            int encoding) {
        return Item.write(
                item,
                type,
                encoding,
                stripe.accessClock(),
                stripe.epoch(),
                expiresAt,
                key,
                keyLength,
                valueLength);
    }

    private static void rewrite(
            Stripe stripe,
            long item,
            long key,
            int keyLength,
            long value,
            int valueLength,
            long expiresAt,
            int encoding) {
        long to =
                header(
                        stripe,
                        item,
                        Item.TYPE_STRING,
                        key,
                        keyLength,
                        valueLength,
                        expiresAt,
                        encoding);
        Memory.copy(value, to, valueLength);
    }

    /** Takes a key out. A large collection is freed later, a little at a time. */
    public static void delete(Stripe stripe, Database database, long hash, long item) {
        stripe.beforeChange(database, item);
        database.items().remove(hash, item);
        if (Item.expiresAt(item) != 0) {
            database.expires().remove(hash, item);
        }
        if (Item.isLarge(item)) {
            stripe.detach(database, item);
        }
        stripe.slabs().free(item);
    }

    // ---- Collections

    /** Makes an item of another type than a string at a place where none is. */
    public static void create(Place place, int type, int encoding, int valueLength) {
        assert !place.exists();
        Stripe stripe = place.stripe();
        long item = stripe.slabs().allocate(Item.bytes(place.length(), valueLength, false));
        header(stripe, item, type, place.address(), place.length(), valueLength, 0, encoding);
        place.database().items().insert(place.hash(), item);
        place.item(item);
    }

    /** Makes the item of a large collection at a place where none is. */
    public static void createLarge(Place place, int type, long root) {
        create(place, type, Item.ENCODING_LARGE, Long.BYTES);
        setRoot(place, root);
    }

    /** Makes a packed collection a large one: what was its value is gone. */
    public static void enlarge(Place place, long root) {
        place.stripe().beforeChange(place.database(), place.item());
        resize(place, Long.BYTES);
        Item.encoding(place.item(), Item.ENCODING_LARGE);
        setRoot(place, root);
    }

    private static void setRoot(Place place, long root) {
        Memory.putLong(Item.value(place.item()), root);
        Root.owner(root, place.item());
    }

    /**
     * Sets the length of a packed collection's value, which keeps its bytes as far as there is
     * room. The item may move. It must have been given to a running checkpoint before.
     */
    public static void resize(Place place, int valueLength) {
        long item = place.item();
        boolean expires = Item.expiresAt(item) != 0;
        long block = Slabs.blockBytes(Item.bytes(place.length(), valueLength, expires));
        long usable = Slabs.usable(item);
        boolean stays = block <= usable && block * SPARE_PARTS >= usable;
        if (stays && Item.valueLength(item, valueLength)) {
            return;
        }
        Stripe stripe = place.stripe();
        long fresh = stripe.slabs().allocate(Item.bytes(place.length(), valueLength, expires));
        long to =
                header(
                        stripe,
                        fresh,
                        Item.type(item),
                        Item.key(item),
                        place.length(),
                        valueLength,
                        Item.expiresAt(item),
                        Item.encoding(item));
        Memory.copy(Item.value(item), to, Math.min(Item.valueLength(item), valueLength));
        place.database().items().move(place.hash(), item, fresh);
        if (expires) {
            place.database().expires().move(place.hash(), item, fresh);
        }
        stripe.slabs().free(item);
        place.item(fresh);
    }

    /** Sets the encoding of a packed collection. */
    public static void encode(Place place, int encoding) {
        Item.encoding(place.item(), encoding);
    }

    /**
     * Gives an item another key, with its expiry; both are in one stripe. What was at {@code to} is
     * replaced.
     */
    public static void move(Place from, Place to) {
        if (to.exists()) {
            delete(to.stripe(), to.database(), to.hash(), to.item());
        }
        Stripe stripe = from.stripe();
        assert stripe == to.stripe();
        long item = from.item();
        stripe.beforeChange(from.database(), item);
        int valueLength = Item.valueLength(item);
        long expiresAt = Item.expiresAt(item);
        long fresh = stripe.slabs().allocate(Item.bytes(to.length(), valueLength, expiresAt != 0));
        long value =
                header(
                        stripe,
                        fresh,
                        Item.type(item),
                        to.address(),
                        to.length(),
                        valueLength,
                        expiresAt,
                        Item.encoding(item));
        Memory.copy(Item.value(item), value, valueLength);
        if (Item.isLarge(item)) {
            stripe.keepCutName(from.database(), item);
            Root.owner(Item.root(item), fresh);
        }
        from.database().items().remove(from.hash(), item);
        to.database().items().insert(to.hash(), fresh);
        if (expiresAt != 0) {
            from.database().expires().remove(from.hash(), item);
            to.database().expires().insert(to.hash(), fresh);
        }
        stripe.slabs().free(item);
        from.item(0);
        to.item(fresh);
    }

    /** Sets when a key expires, ms since 1970; 0 for never. */
    public static long expire(
            Stripe stripe, Database database, long hash, long item, long expiresAt) {
        long before = Item.expiresAt(item);
        if (before == expiresAt) {
            return item;
        }
        stripe.beforeChange(database, item);
        if (before != 0 && expiresAt != 0) {
            Item.expiresAt(item, expiresAt);
            return item;
        }
        if (before != 0) {
            database.expires().remove(hash, item);
        }
        int keyLength = Item.keyLength(item);
        int valueLength = Item.valueLength(item);
        long fresh = stripe.slabs().allocate(Item.bytes(keyLength, valueLength, expiresAt != 0));
        long to =
                header(
                        stripe,
                        fresh,
                        Item.type(item),
                        Item.key(item),
                        keyLength,
                        valueLength,
                        expiresAt,
                        Item.encoding(item));
        Memory.copy(Item.value(item), to, valueLength);
        if (Item.isLarge(item)) {
            Root.owner(Item.root(item), fresh);
        }
        database.items().move(hash, item, fresh);
        stripe.slabs().free(item);
        if (expiresAt != 0) {
            database.expires().insert(hash, fresh);
        }
        return fresh;
    }

    /**
     * Writes into a string at {@code offset}, which grows with zeros as far as needed; a missing
     * key is made. The string is then called raw.
     */
    public static long setRange(
            Stripe stripe,
            Database database,
            long hash,
            long item,
            long key,
            int keyLength,
            int offset,
            long value,
            int valueLength) {
        int end = Math.addExact(offset, valueLength);
        int before = item == 0 ? 0 : Item.valueLength(item);
        int after = Math.max(before, end);
        long target = item;
        if (item == 0) {
            target = grown(stripe, 0, key, keyLength, after, 0, 0);
            database.items().insert(hash, target);
        } else {
            stripe.beforeChange(database, item);
            long expiresAt = Item.expiresAt(item);
            long bytes = Item.bytes(keyLength, after, expiresAt != 0);
            boolean inPlace =
                    bytes <= Slabs.usable(item)
                            && (after == before || Item.valueLength(item, after));
            if (!inPlace) {
                int room = Math.min(after, GROWTH_BYTES_MAX);
                target = grown(stripe, item, Item.key(item), keyLength, after, expiresAt, room);
                database.items().move(hash, item, target);
                if (expiresAt != 0) {
                    database.expires().move(hash, item, target);
                }
                stripe.slabs().free(item);
            }
            Item.encoding(target, Item.ENCODING_RAW);
        }
        long at = Item.value(target);
        if (offset > before) {
            Memory.fill(at + before, offset - before, 0);
        }
        Memory.copy(value, at + offset, valueLength);
        return target;
    }

    private static long grown(
            Stripe stripe,
            long item,
            long key,
            int keyLength,
            int length,
            long expiresAt,
            int room) {
        long bytes = Item.bytes(keyLength, length, expiresAt != 0) + room;
        long fresh = stripe.slabs().allocate(bytes);
        long to =
                header(
                        stripe,
                        fresh,
                        Item.TYPE_STRING,
                        key,
                        keyLength,
                        length,
                        expiresAt,
                        Item.ENCODING_RAW);
        if (item != 0) {
            Memory.copy(Item.value(item), to, Item.valueLength(item));
        }
        return fresh;
    }

    /**
     * Gives a copy of {@code from}, with its expiry, another key; what was there is replaced. The
     * key must not lie in an item, and the item must not be large. Returns the copy.
     */
    public static long copy(
            Stripe stripe,
            Database database,
            long hash,
            long item,
            long key,
            int keyLength,
            long from) {
        int valueLength = Item.valueLength(from);
        long expiresAt = Item.expiresAt(from);
        long fresh = stripe.slabs().allocate(Item.bytes(keyLength, valueLength, expiresAt != 0));
        long to =
                header(
                        stripe,
                        fresh,
                        Item.type(from),
                        key,
                        keyLength,
                        valueLength,
                        expiresAt,
                        Item.encoding(from));
        Memory.copy(Item.value(from), to, valueLength);
        if (item != 0) {
            delete(stripe, database, hash, item);
        }
        database.items().insert(hash, fresh);
        if (expiresAt != 0) {
            database.expires().insert(hash, fresh);
        }
        return fresh;
    }

    /** Empties a database; the memory is freed later, a little at a time. */
    public static void flush(Stripe stripe, int database) {
        stripe.flush(database);
    }

    public static void swap(Stripe stripe, int a, int b) {
        stripe.swap(a, b);
    }
}
