package dev.millrace.kv.sortedset;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Strtod;
import dev.millrace.kv.session.Config.Quantity;

/** Scores in requests and in replies. */
public final class Scores {
    private Scores() {}

    /** An argument as a double. */
    public static double of(Call call, int index) {
        double score = Strtod.whole(call.address(index), call.length(index));
        if (Double.isNaN(score)) {
            throw Refusal.NOT_A_FLOAT;
        }
        return score;
    }

    /** An argument as a double, else this error. */
    public static double of(Call call, int index, String error) {
        double score = Strtod.whole(call.address(index), call.length(index));
        if (Double.isNaN(score)) {
            throw new Refusal(error);
        }
        return score;
    }

    /** Answers how many members follow, with or without their scores. */
    static void begin(Call call, long members, boolean withScores) {
        boolean flat = withScores && call.reply().protocol() == 2;
        call.reply().array(Math.toIntExact(flat ? members * 2 : members));
    }

    /** Answers a member after {@link #begin}. */
    static void member(Call call, Element member, double score, boolean withScores) {
        if (!withScores) {
            call.reply().bulk(member.address(), member.length());
            return;
        }
        if (call.reply().protocol() == 3) {
            call.reply().array(2);
        }
        call.reply().bulk(member.address(), member.length());
        call.reply().number(score);
    }

    /** Whether a sorted set that is made with so many members is a table from the beginning. */
    public static boolean needsTable(Call call, long members, long longest) {
        return members > call.server().config().get(Quantity.ZSET_MAX_LISTPACK_ENTRIES)
                || longest > call.server().config().get(Quantity.ZSET_MAX_LISTPACK_VALUE);
    }

    /** A visitor that answers what it is told. */
    static SortedSetValue.Visitor answering(Call call, boolean withScores) {
        return (member, score) -> {
            member(call, member, score, withScores);
            return true;
        };
    }
}
