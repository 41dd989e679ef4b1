package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.RandomCount;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.generic.CollectionScan;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** ZRANDMEMBER and ZSCAN: members in no order. */
public final class Sampling {
    /** With repetition, no more than this are answered: the reply is made as a whole. */
    private static final long REPEATED_MAX = 1 << 24;

    /** Ranks are chosen one by one if so many times as many are there. */
    private static final int SPARSE = 3;

    /** Of a chosen rank on the heap. */
    private static final int RANK_BYTES = 64;

    private Sampling() {}

    public static List<Command> all() {
        return List.of(
                sortedSet("zrandmember", "6.2.0", -2)
                        .complexity("O(N) where N is the number of elements returned")
                        .summary("Get one or multiple random elements from a sorted set")
                        .flags(Flag.READONLY)
                        .tips("nondeterministic_output")
                        .does(Sampling::random),
                sortedSet("zscan", "2.8.0", -3)
                        .complexity(
                                "O(1) for every call. O(N) for a complete iteration, including"
                                        + " enough command calls for the cursor to return back to"
                                        + " 0. N is the number of elements inside the"
                                        + " collection..")
                        .summary("Incrementally iterate sorted sets elements and associated scores")
                        .flags(Flag.READONLY)
                        .tips("nondeterministic_output")
                        .does(Sampling::scan));
    }

    // ---- ZRANDMEMBER

    private static void random(Call call) {
        if (call.count() == 2) {
            randomOne(call);
            return;
        }
        long count = count(call);
        boolean withScores = call.count() == 4 && call.is(3, "WITHSCORES");
        if (call.count() > 4 || call.count() == 4 && !withScores) {
            throw Refusal.SYNTAX;
        }
        boolean isBeyond = count < -(Long.MAX_VALUE / 2) || count > Long.MAX_VALUE / 2;
        boolean isTooLong = count < -REPEATED_MAX && !RandomCount.isDroppedBefore(call);
        if (withScores && isBeyond || isTooLong) {
            throw new Refusal("ERR value is out of range");
        }
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        long size = SortedSetValue.size(key);
        if (size == 0 || count == 0) {
            call.reply().emptyArray();
        } else if (count < 0) {
            repeated(call, key, -count, withScores);
        } else {
            distinct(call, key, Math.min(count, size), withScores);
        }
    }

    private static long count(Call call) {
        long count = call.integer(2);
        if (count == Long.MIN_VALUE) {
            throw new Refusal(
                    "ERR value is out of range, value must between "
                            + -Long.MAX_VALUE
                            + " and "
                            + Long.MAX_VALUE);
        }
        return count;
    }

    private static void randomOne(Call call) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        if (!key.exists()) {
            call.reply().nullBulk();
            return;
        }
        Element member = call.element();
        SortedSetValue.any(key, call.lane().random(), member);
        call.reply().bulk(member.address(), member.length());
    }

    private static void repeated(Call call, Key key, long count, boolean withScores) {
        Scores.begin(call, Math.min(count, Integer.MAX_VALUE / 2), withScores);
        RandomCount.draw(
                call,
                count,
                () -> {
                    double score = SortedSetValue.any(key, call.lane().random(), call.element());
                    Scores.member(call, call.element(), score, withScores);
                });
    }

    private static void distinct(Call call, Key key, long count, boolean withScores) {
        Scores.begin(call, count, withScores);
        if (count * SPARSE < SortedSetValue.size(key)) {
            for (long rank : ranks(call, count, SortedSetValue.size(key))) {
                SortedSetValue.each(
                        key, rank, 1, false, call.element(), Scores.answering(call, withScores));
            }
        } else {
            selected(call, key, count, withScores);
        }
    }

    /**
     * So many ranks below a size, each such set of them with the same chance (R. Floyd, in J.
     * Bentley, "Programming Pearls: A sample of brilliance", 1987).
     */
    private static Set<Long> ranks(Call call, long count, long size) {
        call.takeHeap(count * RANK_BYTES);
        SplittableRandom random = call.lane().random();
        Set<Long> chosen = HashSet.newHashSet((int) count);
        for (long bound = size - count; bound < size; bound++) {
            if (!chosen.add(random.nextLong(bound + 1))) {
                chosen.add(bound);
            }
        }
        return chosen;
    }

    /** Goes through all, and takes each with the chance that is left (Knuth, TAOCP 3.4.2, S). */
    private static void selected(Call call, Key key, long count, boolean withScores) {
        SplittableRandom random = call.lane().random();
        long[] left = {SortedSetValue.size(key), count};
        SortedSetValue.each(
                key,
                0,
                Long.MAX_VALUE,
                false,
                call.element(),
                (member, score) -> {
                    if (random.nextLong(left[0]--) < left[1]) {
                        left[1]--;
                        Scores.member(call, member, score, withScores);
                    }
                    return left[1] > 0;
                });
    }

    // ---- ZSCAN

    private static void scan(Call call) {
        long cursor = CollectionScan.cursor(call, 2);
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        if (!key.exists()) {
            CollectionScan.nothing(call);
            return;
        }
        CollectionScan scan = CollectionScan.read(call, 3);
        NativeBuffer found = call.scratch();
        int[] count = {0};
        SortedSetValue.Visitor visitor =
                (member, score) -> {
                    scan.saw();
                    if (scan.matches(member)) {
                        found.putInt(member.length());
                        found.put(member.address(), member.length());
                        found.putLong(Double.doubleToRawLongBits(score));
                        count[0]++;
                    }
                    return true;
                };
        long next = 0;
        if (SortedSetValue.isTable(key)) {
            next = cursor;
            do {
                next = SortedSetValue.scan(key, next, call.element(), visitor);
            } while (next != 0 && scan.wantsMore());
        } else {
            SortedSetValue.each(key, 0, Long.MAX_VALUE, false, call.element(), visitor);
        }
        call.reply().array(2);
        call.reply().bulk(Long.toUnsignedString(next));
        call.reply().array(count[0] * 2);
        answerFound(call, found.address(), count[0]);
    }

    private static void answerFound(Call call, long first, int count) {
        long at = first;
        for (int i = 0; i < count; i++) {
            int length = Memory.getInt(at);
            call.reply().bulk(at + 4, length);
            at += 4L + length;
            call.reply().bulkNumber(Double.longBitsToDouble(Memory.getLong(at)));
            at += Double.BYTES;
        }
    }
}
