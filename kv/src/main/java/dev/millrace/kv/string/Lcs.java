package dev.millrace.kv.string;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;

import java.util.ArrayList;
import java.util.List;

/**
 * LCS: the longest common subsequence of two strings, by the table of the lengths of all prefixes'
 * (Wagner and Fischer, 1974). The table is outside the heap and may be as large as {@code
 * proto-max-bulk-len}.
 */
public final class Lcs {
    private static final int OF_LENGTH = 1;
    private static final int OF_INDEXES = 2;
    private static final int WITH_MATCH_LENGTH = 4;

    private final int options;
    private final long minMatchLength;
    private final long a;
    private final int aLength;
    private final long b;
    private final int bLength;
    private final List<Match> matches = new ArrayList<>();

    /** A run that both strings have: where it starts in each. */
    private record Match(int a, int b, int length) {}

    private Lcs(Key first, Key second, int options, long minMatchLength) {
        this.a = first.exists() ? first.value() : 0;
        this.aLength = first.valueLength();
        this.b = second.exists() ? second.value() : 0;
        this.bLength = second.valueLength();
        this.options = options;
        this.minMatchLength = minMatchLength;
    }

    public static List<Command> all() {
        return List.of(
                Command.named("lcs")
                        .since("7.0.0")
                        .group("string")
                        .complexity(
                                "O(N*M) where N and M are the lengths of s1 and s2, respectively")
                        .summary("Find longest common substring")
                        .arity(-3)
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.READONLY)
                        .categories("string")
                        .does(Lcs::lcs));
    }

    private static void lcs(Call call) {
        Key first = call.read(1);
        Key second = call.readOther(2);
        if (first.exists() && !first.isString() || second.exists() && !second.isString()) {
            throw new Refusal("ERR The specified keys must contain string values");
        }
        int options = 0;
        long minMatchLength = 0;
        for (int i = 3; i < call.count(); i++) {
            if (call.is(i, "IDX")) {
                options |= OF_INDEXES;
            } else if (call.is(i, "LEN")) {
                options |= OF_LENGTH;
            } else if (call.is(i, "WITHMATCHLEN")) {
                options |= WITH_MATCH_LENGTH;
            } else if (call.is(i, "MINMATCHLEN") && i + 1 < call.count()) {
                minMatchLength = Math.max(0, call.integer(++i));
            } else {
                throw Refusal.SYNTAX;
            }
        }
        if ((options & OF_LENGTH) != 0 && (options & OF_INDEXES) != 0) {
            throw new Refusal("ERR If you want both the length and indexes, please just use IDX.");
        }
        new Lcs(first, second, options, minMatchLength).answer(call);
    }

    private void answer(Call call) {
        long tableBytes = 4 * (aLength + 1L) * (bLength + 1L);
        if (tableBytes > call.server().config().protoMaxBulkLen()) {
            throw new Refusal(
                    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
        }
        NativeBuffer table = new NativeBuffer(tableBytes);
        try {
            fill(table.address());
            answer(call.reply(), table.address(), call.scratch());
        } finally {
            table.free();
        }
    }

    private long at(long table, int i, int j) {
        return table + 4 * (i * (bLength + 1L) + j);
    }

    private int length(long table, int i, int j) {
        return Memory.getInt(at(table, i, j));
    }

    private void fill(long table) {
        Memory.fill(table, 4 * (bLength + 1L), 0);
        for (int i = 1; i <= aLength; i++) {
            Memory.putInt(at(table, i, 0), 0);
            int last = Memory.getByte(a + i - 1);
            for (int j = 1; j <= bLength; j++) {
                int length =
                        last == Memory.getByte(b + j - 1)
                                ? length(table, i - 1, j - 1) + 1
                                : Math.max(length(table, i - 1, j), length(table, i, j - 1));
                Memory.putInt(at(table, i, j), length);
            }
        }
    }

    private void answer(Reply reply, long table, NativeBuffer common) {
        int length = length(table, aLength, bLength);
        if ((options & OF_LENGTH) != 0) {
            reply.integer(length);
            return;
        }
        long to = common.room(length);
        trace(table, to, length);
        if ((options & OF_INDEXES) == 0) {
            reply.bulk(to, length);
            return;
        }
        reply.map(2);
        reply.bulk("matches");
        reply.array(matches.size());
        matches.forEach(match -> answer(reply, match));
        reply.bulk("len");
        reply.integer(length);
    }

    private void answer(Reply reply, Match match) {
        boolean withLength = (options & WITH_MATCH_LENGTH) != 0;
        reply.array(withLength ? 3 : 2);
        reply.array(2);
        reply.integer(match.a);
        reply.integer(match.a + match.length - 1L);
        reply.array(2);
        reply.integer(match.b);
        reply.integer(match.b + match.length - 1L);
        if (withLength) {
            reply.integer(match.length);
        }
    }

    /** Walks the table from its end, writes the subsequence and notes the runs, last first. */
    private void trace(long table, long to, int length) {
        int i = aLength;
        int j = bLength;
        int left = length;
        int run = 0;
        while (i > 0 && j > 0) {
            if (Memory.getByte(a + i - 1) == Memory.getByte(b + j - 1)) {
                i--;
                j--;
                Memory.putByte(to + --left, Memory.getByte(a + i));
                run++;
                if (i == 0 || j == 0) {
                    note(i, j, run);
                }
            } else {
                note(i, j, run);
                run = 0;
                if (length(table, i - 1, j) > length(table, i, j - 1)) {
                    i--;
                } else {
                    j--;
                }
            }
        }
    }

    private void note(int i, int j, int run) {
        if (run > 0 && run >= minMatchLength) {
            matches.add(new Match(i, j, run));
        }
    }
}
