package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.rdb.DumpedValue;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

/** Reads effects out of a record, where no length is believed, and finds the keys they name. */
final class EffectReader {
    private final Stripes stripes;
    private final Place place;
    private final Place other;
    private final Element element = new Element();
    private final DumpedValue dumped = new DumpedValue();
    private long at;
    private long end;

    EffectReader(Stripes stripes) {
        this.stripes = stripes;
        this.place = new Place(stripes.stripe(0));
        this.other = new Place(stripes.stripe(0));
    }

    Stripes stripes() {
        return stripes;
    }

    /** To read an element of a collection into. */
    Element element() {
        return element;
    }

    /** To read a dumped value with. */
    DumpedValue dumped() {
        return dumped;
    }

    void read(long address, int bytes) {
        at = address;
        end = address + bytes;
    }

    /** A place to come back to. */
    record Mark(long at) {}

    Mark mark() {
        return new Mark(at);
    }

    void back(Mark mark) {
        at = mark.at;
    }

    boolean hasMore() {
        return at < end;
    }

    // ---- Keys

    /** {@code db key}: where it belongs, and what is there. Good until the next call. */
    Place key() {
        return fill(place);
    }

    /** A second key. */
    Place otherKey() {
        return fill(other);
    }

    /** {@code key}: one more of a database that was read before, in a place of its own. */
    Place oneMore(int database) {
        return fill(new Place(stripes.stripe(0)), database);
    }

    private Place fill(Place filled) {
        return fill(filled, database());
    }

    private Place fill(Place filled, int index) {
        int length = length();
        long key = skip(length);
        Stripe stripe = stripes.of(key, length);
        Database database = stripe.database(index);
        long hash = KeyHash.of(key, length);
        long item = database.items().find(hash, key, length);
        filled.set(stripe, database, hash, key, length, item);
        return filled;
    }

    /** A key that must be there. */
    Place existing() {
        Place found = key();
        if (!found.exists()) {
            throw new CorruptJournalException("kv effect on a key that is not there");
        }
        return found;
    }

    /** A key that must be there with a value of this type of {@link Item}. */
    Place existing(int type) {
        return require(existing(), type);
    }

    /** A key that may be there, but with no other type. */
    Place keyOf(int type) {
        return require(key(), type);
    }

    private static Place require(Place found, int type) {
        if (found.exists() && Item.type(found.item()) != type) {
            throw new CorruptJournalException(
                    "kv effect: the key's type is "
                            + Item.type(found.item())
                            + " (expected: "
                            + type
                            + ")");
        }
        return found;
    }

    int database() {
        int index = u8();
        if (index >= Stripe.DATABASES_ALL) {
            throw new CorruptJournalException("kv database: " + index);
        }
        return index;
    }

    /** A second key, as {@link #keyOf}. */
    Place otherKeyOf(int type) {
        return require(otherKey(), type);
    }

    // ---- Numbers and bytes

    private void need(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new CorruptJournalException(
                    "kv effect: " + bytes + " bytes wanted (expected: <= " + (end - at) + ")");
        }
    }

    int u8() {
        need(1);
        return Memory.getUnsignedByte(at++);
    }

    /** How many there are of what takes at least a byte each. */
    int count() {
        need(4);
        at += 4;
        int count = Memory.getInt(at - 4);
        need(count);
        return count;
    }

    /** The same, and at least one: a collection must not be made for nothing. */
    int someCount() {
        int count = count();
        if (count == 0) {
            throw new CorruptJournalException("kv effect: nothing to add");
        }
        return count;
    }

    long i64() {
        need(8);
        at += 8;
        return Memory.getLong(at - 8);
    }

    double f64() {
        return Double.longBitsToDouble(i64());
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new CorruptJournalException("kv effect: varint without end");
    }

    /** The length of bytes that follow. */
    int length() {
        long length = varint();
        need(length);
        return (int) length;
    }

    /** The address of so many bytes, which are passed over. */
    long skip(int bytes) {
        need(bytes);
        at += bytes;
        return at - bytes;
    }
}
