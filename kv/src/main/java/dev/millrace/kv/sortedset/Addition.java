package dev.millrace.kv.sortedset;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.SortedSetEffects;
import dev.millrace.kv.store.Item;

/**
 * Members on their way into a sorted set, under the conditions of ZADD. The sorted set becomes a
 * table with the first new member that asks for it: then what was put before is an effect of its
 * own.
 */
public final class Addition {
    public static final int NX = 1;
    public static final int XX = 1 << 1;
    static final int GT = 1 << 2;
    static final int LT = 1 << 3;
    static final int INCR = 1 << 4;
    public static final int CH = 1 << 5;

    private final Call call;
    private final Key key;
    private final int options;
    private final SortedSetEffects effects;
    private boolean toTable;
    private int runs;
    private int added;
    private int updated;
    private boolean processed;
    private double score;

    /** Begins it, with the key at index 1. */
    public Addition(Call call, int options) {
        this.call = call;
        this.key = call.write(1).require(Item.TYPE_SORTED_SET);
        this.options = options;
        this.effects = call.effects().sortedSet();
    }

    private boolean has(int option) {
        return (options & option) != 0;
    }

    /** Puts one in; refuses before anything is changed if an increment leads to no number. */
    public void put(double given, long member, int length) {
        double before = SortedSetValue.score(key, member, length);
        if (Double.isNaN(before)) {
            if (!has(XX)) {
                write(given, member, length, needsTable(length));
                added++;
            }
        } else if (!has(NX)) {
            change(before, has(INCR) ? before + given : given, member, length);
        }
    }

    private void change(double before, double after, long member, int length) {
        if (Double.isNaN(after)) {
            throw new Refusal("ERR resulting score is not a number (NaN)");
        }
        if (has(GT) && after <= before || has(LT) && after >= before) {
            return;
        }
        if (after == before) {
            processed = true;
            score = after;
        } else {
            write(after, member, length, SortedSetValue.isTable(key));
            updated++;
        }
    }

    private boolean needsTable(int length) {
        return SortedSetValue.isTable(key)
                || Scores.needsTable(call, SortedSetValue.size(key) + 1, length);
    }

    private void write(double after, long member, int length, boolean table) {
        if (table != toTable && effects.endPut(key)) {
            runs++;
        }
        toTable = table;
        effects.put(key, table, after, member, length);
        processed = true;
        score = after;
    }

    /** Ends it and answers. */
    public void end() {
        if (effects.endPut(key)) {
            runs++;
        }
        int changes = added + updated;
        if (changes > 0) {
            call.effects().count(changes - runs);
            call.notify(Notification.ZSET, has(INCR) ? "zincr" : "zadd", key);
        }
        if (!has(INCR)) {
            call.reply().integer(has(CH) ? changes : added);
        } else if (processed) {
            call.reply().number(score);
        } else {
            call.reply().nullBulk();
        }
    }
}
