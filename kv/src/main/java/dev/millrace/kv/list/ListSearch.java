package dev.millrace.kv.list;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.ListCursor;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.List;

/** LPOS: where an element is. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class ListSearch {
    private static final Refusal NO_RANK =
            new Refusal(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second"
                            + " ... or use negative to start from the end of the list");
    private static final Refusal NEGATIVE_COUNT = new Refusal("ERR COUNT can't be negative");
    private static final Refusal NEGATIVE_LENGTH = new Refusal("ERR MAXLEN can't be negative");

    private ListSearch() {}

    /**
     * What is looked for.
     *
     * @param rank of the first match that counts, from 1; from the end if {@link #back}
     * @param count of matches, 0 for all; -1: one, which is answered without an array
     * @param most how many elements are looked at, 0 for all
     */
    private record Wanted(long rank, boolean back, long count, long most) {
        boolean isOne() {
            return count < 0;
        }

        boolean isEnough(long matches) {
            return isOne() || count > 0 && matches - rank + 1 >= count;
        }
    }

    public static List<Command> all() {
        return List.of(
                Lists.list("lpos", "6.0.6", -3)
                        .complexity(
                                "O(N) where N is the number of elements in the list, for the"
                                        + " average case. When searching for elements near the head"
                                        + " or the tail of the list, or when the MAXLEN option is"
                                        + " provided, the command may run in constant time.")
                        .summary("Return the index of matching elements on a list")
                        .flags(Flag.READONLY)
                        .does(ListSearch::find));
    }

    private static Wanted wanted(Call call) {
        long rank = 1;
        long count = -1;
        long most = 0;
        for (int i = 3; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            if (call.is(i, "RANK")) {
                rank = call.integer(i + 1);
                if (rank == 0) {
                    throw NO_RANK;
                }
            } else if (call.is(i, "COUNT")) {
                count = call.integer(i + 1, 0, Long.MAX_VALUE, NEGATIVE_COUNT);
            } else if (call.is(i, "MAXLEN")) {
                most = call.integer(i + 1, 0, Long.MAX_VALUE, NEGATIVE_LENGTH);
            } else {
                throw Refusal.SYNTAX;
            }
        }
        return new Wanted(rank < 0 ? -rank : rank, rank < 0, count, most);
    }

    private static void find(Call call) {
        Wanted wanted = wanted(call);
        Key key = call.read(1).require(Item.TYPE_LIST);
        NativeBuffer found = call.scratch();
        if (key.exists()) {
            find(call, key, wanted, found);
        }
        if (!wanted.isOne()) {
            call.reply().array((int) (found.length() / Long.BYTES));
        } else if (found.length() == 0) {
            call.reply().nullBulk();
        }
        for (long at = 0; at < found.length(); at += Long.BYTES) {
            call.reply().integer(Memory.getLong(found.address() + at));
        }
    }

    private static void find(Call call, Key key, Wanted wanted, NativeBuffer found) {
        long size = ListValue.size(key);
        long left = wanted.most == 0 ? size : Math.min(wanted.most, size);
        ListCursor cursor = new ListCursor(key, wanted.back ? size - 1 : 0, wanted.back);
        long matches = 0;
        for (long i = 0; i < left; i++) {
            if (cursor.is(call.address(2), call.length(2))) {
                matches++;
                if (matches >= wanted.rank) {
                    found.putLong(wanted.back ? size - 1 - i : i);
                    if (wanted.isEnough(matches)) {
                        return;
                    }
                }
            }
            cursor.next();
        }
    }
}
