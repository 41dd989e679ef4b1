package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Changes of sets: as commands make them, and as a replay repeats them. A set without members is no
 * key any more.
 */
public final class SetEffects {
    private final Effects effects;
    private final Run run;
    private boolean created;
    private SetValue.Form form = SetValue.Form.INTEGERS;

    SetEffects(Effects effects) {
        this.effects = effects;
        this.run = new Run(effects);
    }

    /**
     * Adds a member that is not there, and makes the set if there is none. It lies outside the set.
     * {@link #endAdd} follows the last of them.
     *
     * @param wanted what the set is from here on: able to hold the member, and not less than it was
     */
    public void add(Key key, SetValue.Form wanted, long member, int length) {
        if (run.isOpen() && form != wanted) {
            run.end();
            begin(key, wanted);
        } else if (!run.isOpen()) {
            created = !key.exists();
            begin(key, wanted);
        }
        Effects.putBytes(run.next(), member, length);
        SetValue.add(key, member, length);
    }

    private void begin(Key key, SetValue.Form wanted) {
        form = wanted;
        effects.begin(Effect.SET_ADD, key).putByte(wanted.code());
        run.begin();
        SetValue.toForm(key, wanted);
    }

    /** Ends it; true if any was added. */
    public boolean endAdd(Key key) {
        return run.endIfOpen(key, created);
    }

    static void replayAdd(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_SET);
        SetValue.Form form = SetValue.Form.of(in.u8());
        int count = in.someCount();
        SetValue.toForm(key, form);
        for (int left = count; left > 0; left--) {
            int length = in.length();
            long member = in.skip(length);
            boolean holds =
                    SetValue.form(key) != SetValue.Form.INTEGERS || Decimal.isLong(member, length);
            if (!holds) {
                throw new CorruptJournalException("kv effect: a member that is no integer");
            }
            SetValue.add(key, member, length);
        }
    }

    /**
     * Takes a member out, and the key with the last one; false if it is not there. It lies outside
     * the set. {@link #endRemove} follows the last of them.
     */
    public boolean remove(Key key, long member, int length) {
        if (!SetValue.has(key, member, length)) {
            return false;
        }
        if (!run.isOpen()) {
            effects.begin(Effect.SET_REMOVE, key);
            run.begin();
        }
        Effects.putBytes(run.next(), member, length);
        SetValue.remove(key, member, length);
        return true;
    }

    /** Ends it; true if any was removed. */
    public boolean endRemove(Key key) {
        return run.endIfOpen(key, false);
    }

    static void replayRemove(EffectReader in) {
        Place key = in.existing(Item.TYPE_SET);
        for (int left = in.count(); left > 0; left--) {
            int length = in.length();
            SetValue.remove(key, in.skip(length), length);
        }
    }
}
