package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripes;

/** Applies the effects of one part of a record, as they were applied when they were written. */
public final class Replay {
    private final Stripes stripes;
    private final EffectReader in;
    private final Combination combination = new Combination();

    public Replay(Stripes stripes) {
        this.stripes = stripes;
        this.in = new EffectReader(stripes);
    }

    /** The number this state machine has in records. */
    public static int machine() {
        return Effect.MACHINE;
    }

    /**
     * Applies all effects of a part.
     *
     * @throws CorruptJournalException if they are not what this version writes
     */
    public void apply(long address, int bytes) {
        in.read(address, bytes);
        while (in.hasMore()) {
            applyOne();
        }
    }

    private void applyOne() {
        switch (Effect.of(in.u8())) {
            case PUT_STRING -> putString();
            case DELETE -> {
                Place key = in.existing();
                Apply.delete(key.stripe(), key.database(), key.hash(), key.item());
            }
            case EXPIRE -> {
                Place key = in.existing();
                Apply.expire(key.stripe(), key.database(), key.hash(), key.item(), in.i64());
            }
            case SET_RANGE -> setRange();
            case COPY -> copy();
            case FLUSH -> flush();
            case SWAP -> {
                int a = in.database();
                int b = in.database();
                for (int i = 0; i < stripes.count(); i++) {
                    Apply.swap(stripes.stripe(i), a, b);
                }
            }
            case COMBINE -> combine();
            case MOVE -> move();
            case HASH_PUT -> HashEffects.replayPut(in);
            case HASH_REMOVE -> HashEffects.replayRemove(in);
            case SET_ADD -> SetEffects.replayAdd(in);
            case SET_REMOVE -> SetEffects.replayRemove(in);
            case LIST_PUSH -> ListEffects.replayPush(in);
            case LIST_POP -> ListEffects.replayPop(in);
            case LIST_SET -> ListEffects.replaySet(in);
            case LIST_INSERT -> ListEffects.replayInsert(in);
            case LIST_REMOVE -> ListEffects.replayRemove(in);
            case LIST_REMOVE_EQUAL -> ListEffects.replayRemoveEqual(in);
            case LIST_MOVE -> ListEffects.replayMove(in);
            case SORTED_PUT -> SortedSetEffects.replayPut(in);
            case SORTED_REMOVE -> SortedSetEffects.replayRemove(in);
            case SORTED_REMOVE_RANKS -> SortedSetEffects.replayRemoveRanks(in);
            case RESTORE -> RestoreEffect.replay(in);
            case SORTED_COMBINE -> SortedSetEffects.replayCombine(in);
            case SORTED_COPY_RANKS -> SortedSetEffects.replayCopyRanks(in);
            case SORTED_COPY_GROWN -> SortedSetEffects.replayCopyGrown(in);
            case STREAM_ADD -> StreamEffects.replayAdd(in);
            case STREAM_TRIM -> StreamEffects.replayTrim(in);
            case STREAM_DELETE -> StreamEffects.replayDelete(in);
            case STREAM_SET -> StreamEffects.replaySet(in);
            case STREAM_PUT_GROUP -> StreamEffects.replayPutGroup(in);
            case STREAM_REMOVE_GROUP -> StreamEffects.replayRemoveGroup(in);
            case STREAM_ADD_CONSUMER -> StreamEffects.replayAddConsumer(in);
            case STREAM_SEE -> StreamEffects.replaySee(in);
            case STREAM_REMOVE_CONSUMER -> StreamEffects.replayRemoveConsumer(in);
            case STREAM_DELIVER -> StreamEffects.replayDeliver(in);
            case STREAM_DELIVER_AGAIN -> StreamEffects.replayDeliverAgain(in);
            case STREAM_CLAIM -> StreamEffects.replayClaim(in);
            case STREAM_ACKNOWLEDGE -> StreamEffects.replayAcknowledge(in);
        }
    }

    private void copy() {
        Place from = in.existing();
        Collections.copy(from, another(from));
    }

    private void move() {
        Place from = in.existing();
        Collections.move(from, another(from));
    }

    /** A second key, which is not the first: what is there makes room for the first's value. */
    private Place another(Place from) {
        Place to = in.otherKey();
        if (from.item() == to.item()) {
            throw new CorruptJournalException("kv effect: a key is copied or moved to itself");
        }
        return to;
    }

    private void flush() {
        int index = in.database();
        for (int i = 0; i < stripes.count(); i++) {
            Apply.flush(stripes.stripe(i), index);
            while (stripes.stripe(i).sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
                // Nobody waits for a replay: free all at once.
            }
        }
    }

    private void putString() {
        Place key = in.key();
        int encoding = in.u8();
        if (!Item.isOfStrings(encoding)) {
            throw new CorruptJournalException("kv effect: a string of encoding " + encoding);
        }
        long expiresAt = in.i64();
        int length = in.length();
        Apply.putString(
                key.stripe(),
                key.database(),
                key.hash(),
                key.item(),
                key.address(),
                key.length(),
                in.skip(length),
                length,
                expiresAt,
                encoding);
    }

    private void setRange() {
        Place key = in.keyOf(Item.TYPE_STRING);
        long offset = in.varint();
        int length = in.length();
        if (offset > Integer.MAX_VALUE - length) {
            throw new CorruptJournalException(
                    "kv effect: offset " + offset + " (expected: <= 2147483647 - " + length + ")");
        }
        Apply.setRange(
                key.stripe(),
                key.database(),
                key.hash(),
                key.item(),
                key.address(),
                key.length(),
                (int) offset,
                in.skip(length),
                length);
    }

    private void combine() {
        Place key = in.key();
        Combination.Operation operation = Combination.Operation.of(in.u8());
        int count = in.length(); // each key takes at least one byte
        if (count == 0 || operation == Combination.Operation.NOT && count > 1) {
            throw new CorruptJournalException("kv effect: " + operation + " of " + count);
        }
        long[] keys = new long[count];
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = in.length();
            keys[i] = in.skip(lengths[i]);
        }
        NativeBuffer result =
                combination.of(stripes, key.database().index(), operation, keys, lengths);
        Apply.putString(
                key.stripe(),
                key.database(),
                key.hash(),
                key.item(),
                key.address(),
                key.length(),
                result.address(),
                Math.toIntExact(result.length()),
                0,
                Item.ENCODING_RAW);
        result.shrink();
    }
}
