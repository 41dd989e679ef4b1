package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Changes of lists: as commands make them, and as a replay repeats them. A list without elements is
 * no key any more. Indexes count from the front.
 */
public final class ListEffects {
    private static final int BACK = 0;
    static final int FRONT = 1;

    private final Effects effects;
    private final Run run;
    private final Element moved = new Element();
    private boolean created;

    ListEffects(Effects effects) {
        this.effects = effects;
        this.run = new Run(effects);
    }

    /**
     * Puts an element at the front or at the back, and makes the list if there is none. It lies
     * outside the list. {@link #endPush} follows the last of them.
     *
     * @param chain the list is not one listpack any more, or is never one; the same until the end,
     *     as is the end that elements are put at
     */
    public void push(Key key, boolean chain, boolean front, long value, int length) {
        if (!run.isOpen()) {
            created = !key.exists();
            NativeBuffer out = effects.begin(Effect.LIST_PUSH, key);
            out.putByte(chain ? 1 : 0);
            out.putByte(front ? FRONT : BACK);
            run.begin();
            form(key, chain);
        }
        Effects.putBytes(run.next(), value, length);
        ListValue.push(key, front, value, length);
    }

    /** Ends it; true if any was put. */
    public boolean endPush(Key key) {
        return run.endIfOpen(key, created);
    }

    private static void form(Place place, boolean chain) {
        if (chain) {
            ListValue.toChain(place);
        }
    }

    static void replayPush(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_LIST);
        boolean chain = in.u8() != 0;
        boolean front = in.u8() == FRONT;
        int count = in.someCount();
        form(key, chain);
        for (int left = count; left > 0; left--) {
            int length = in.length();
            ListValue.push(key, front, in.skip(length), length);
        }
    }

    /** Takes so many elements off the front or the back; there are as many. */
    public void pop(Key key, boolean front, long count) {
        NativeBuffer out = effects.begin(Effect.LIST_POP, key);
        out.putByte(front ? FRONT : BACK);
        out.putVarint(count);
        pop((Place) key, front, count);
        effects.touched(key, false);
    }

    private static void pop(Place key, boolean front, long count) {
        ListValue.remove(key, front ? 0 : ListValue.size(key) - count, count);
    }

    static void replayPop(EffectReader in) {
        Place key = in.existing(Item.TYPE_LIST);
        boolean front = in.u8() == FRONT;
        long count = in.varint();
        requireRange(key, 0, count);
        pop(key, front, count);
    }

    private static void requireRange(Place key, long index, long count) {
        long size = ListValue.size(key);
        if (count < 1 || count > size || index < 0 || index > size - count) {
            throw new CorruptJournalException(
                    "kv effect: elements "
                            + index
                            + " + "
                            + count
                            + " (expected: <= "
                            + size
                            + ")");
        }
    }

    /** Puts another element in the place of the one at an index. */
    public void set(Key key, long index, long value, int length) {
        NativeBuffer out = effects.begin(Effect.LIST_SET, key);
        out.putVarint(index);
        Effects.putBytes(out, value, length);
        ListValue.set(key, index, value, length);
        effects.touched(key, false);
    }

    static void replaySet(EffectReader in) {
        Place key = in.existing(Item.TYPE_LIST);
        long index = in.varint();
        int length = in.length();
        requireRange(key, index, 1);
        ListValue.set(key, index, in.skip(length), length);
    }

    /** Puts an element before the one that has an index now; {@code chain} as for a push. */
    public void insert(Key key, boolean chain, long index, long value, int length) {
        NativeBuffer out = effects.begin(Effect.LIST_INSERT, key);
        out.putByte(chain ? 1 : 0);
        out.putVarint(index);
        Effects.putBytes(out, value, length);
        form(key, chain);
        ListValue.insert(key, index, value, length);
        effects.touched(key, false);
    }

    static void replayInsert(EffectReader in) {
        Place key = in.existing(Item.TYPE_LIST);
        boolean chain = in.u8() != 0;
        long index = in.varint();
        int length = in.length();
        requireRange(key, index, 1);
        form(key, chain);
        ListValue.insert(key, index, in.skip(length), length);
    }

    /** Takes so many elements out from an index on; there are as many. */
    public void remove(Key key, long index, long count) {
        NativeBuffer out = effects.begin(Effect.LIST_REMOVE, key);
        out.putVarint(index);
        out.putVarint(count);
        ListValue.remove(key, index, count);
        effects.touched(key, false);
    }

    static void replayRemove(EffectReader in) {
        Place key = in.existing(Item.TYPE_LIST);
        long index = in.varint();
        long count = in.varint();
        requireRange(key, index, count);
        ListValue.remove(key, index, count);
    }

    /**
     * Takes out elements that have a value, which there are.
     *
     * @param limit how many at most
     * @param back from the end of the list on
     * @return how many
     */
    public long removeEqual(Key key, boolean back, long limit, long value, int length) {
        NativeBuffer out = effects.begin(Effect.LIST_REMOVE_EQUAL, key);
        out.putByte(back ? BACK : FRONT);
        out.putLong(limit);
        Effects.putBytes(out, value, length);
        long removed = ListValue.removeEqual(key, back, limit, value, length);
        effects.touched(key, false);
        return removed;
    }

    static void replayRemoveEqual(EffectReader in) {
        Place key = in.existing(Item.TYPE_LIST);
        boolean back = in.u8() == BACK;
        long limit = in.i64();
        int length = in.length();
        ListValue.removeEqual(key, back, limit, in.skip(length), length);
    }

    /**
     * Moves the element at an end of a list to an end of another, which may be the same, or not yet
     * there; {@code chain} as for a push, of the other list.
     */
    public void move(Key from, boolean fromFront, Key to, boolean chain, boolean toFront) {
        NativeBuffer out = effects.begin(Effect.LIST_MOVE, from);
        out.putByte(to.database().index());
        Effects.putBytes(out, to.address(), to.length());
        out.putByte(fromFront ? FRONT : BACK);
        out.putByte(chain ? 1 : 0);
        out.putByte(toFront ? FRONT : BACK);
        boolean created = !to.exists();
        move(from, fromFront, to, chain, toFront, moved);
        effects.touched(to, created);
        effects.touched(from, false);
        effects.count(-1); // It is one change of two keys.
    }

    private static void move(
            Place from, boolean fromFront, Place to, boolean chain, boolean toFront, Element by) {
        boolean same = from.item() == to.item();
        Place target = same ? from : to;
        form(target, chain);
        ListValue.move(from, fromFront, target, toFront, by);
    }

    static void replayMove(EffectReader in) {
        Place from = in.existing(Item.TYPE_LIST);
        Place to = in.otherKeyOf(Item.TYPE_LIST);
        boolean fromFront = in.u8() == FRONT;
        boolean chain = in.u8() != 0;
        move(from, fromFront, to, chain, in.u8() == FRONT, in.element());
    }
}
