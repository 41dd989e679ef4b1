package dev.millrace.kv.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamTrim;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.collection.StreamValue.Trimming;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Config.Quantity;

/**
 * The options of XADD and XTRIM: what is to be cut off the front, and where XADD's ID stands.
 *
 * @param trims whether anything is to be cut off
 * @param trimming what
 * @param whole only whole nodes
 * @param limit how many entries at most, 0: any
 * @param makesStream false: XADD adds nothing where there is no stream
 * @param idAt index of XADD's ID
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
record TrimRequest(
        boolean trims,
        Trimming trimming,
        boolean whole,
        long limit,
        boolean makesStream,
        int idAt) {
    private static final Refusal BOTH =
            new Refusal(
                    "ERR syntax error, MAXLEN and MINID options at the same time are not"
                            + " compatible");
    private static final Refusal NEGATIVE_LENGTH =
            new Refusal("ERR The MAXLEN argument must be >= 0.");
    private static final Refusal NEGATIVE_LIMIT =
            new Refusal("ERR The LIMIT argument must be >= 0.");
    private static final Refusal LIMIT_ALONE =
            new Refusal(
                    "ERR syntax error, LIMIT cannot be used without specifying a trimming"
                            + " strategy");
    private static final Refusal LIMIT_EXACT =
            new Refusal("ERR syntax error, LIMIT cannot be used without the special ~ option");
    private static final Refusal NO_STRATEGY =
            new Refusal("ERR syntax error, XTRIM must be called with a trimming strategy");

    /** Without LIMIT so many nodes are cut off at most, and so many entries. */
    private static final long NODES_MAX = 100;

    private static final long ENTRIES_UNBOUNDED = 10_000;
    private static final long ENTRIES_MAX = 1_000_000;

    private static final Trimming NO_TRIMMING = new UpToLength(Long.MAX_VALUE);

    private static final TrimRequest PLAIN = new TrimRequest(false, NO_TRIMMING, false, 0, true, 2);

    /** MAXLEN: so many entries are left. */
    private record UpToLength(long length) implements Trimming {
        @Override
        public boolean isEnough(long left) {
            return left <= length;
        }

        @Override
        public boolean takesNode(long left, long live, long lastMs, long lastSeq) {
            return left - live >= length;
        }

        @Override
        public boolean endsBefore(long left, long ms, long seq) {
            return left <= length;
        }
    }

    /** MINID: none before this is left. */
    private record UpToId(StreamId least) implements Trimming {
        @Override
        public boolean isEnough(long left) {
            return false;
        }

        @Override
        public boolean takesNode(long left, long live, long lastMs, long lastSeq) {
            return StreamId.compare(lastMs, lastSeq, least.ms(), least.seq()) < 0;
        }

        @Override
        public boolean endsBefore(long left, long ms, long seq) {
            return StreamId.compare(ms, seq, least.ms(), least.seq()) >= 0;
        }
    }

    static TrimRequest ofAdding(Call call) {
        return isStar(call, 2) ? PLAIN : new Reader(call, true).read();
    }

    static TrimRequest ofTrimming(Call call) {
        return new Reader(call, false).read();
    }

    static boolean isStar(Call call, int index) {
        return isSign(call, index, '*');
    }

    private static boolean isSign(Call call, int index, char sign) {
        return call.length(index) == 1 && Memory.getByte(call.address(index)) == sign;
    }

    /** What is to be cut off this stream. */
    StreamTrim plan(Key key) {
        return StreamValue.plan(key, trimming, whole, limit);
    }

    private static final class Reader {
        private final Call call;
        private final boolean adding;
        private boolean trims;
        private Trimming trimming = NO_TRIMMING;
        private boolean whole;
        private boolean makesStream = true;
        private long limit = -1;
        private int at = 2;

        Reader(Call call, boolean adding) {
            this.call = call;
            this.adding = adding;
        }

        TrimRequest read() {
            boolean foundId = false;
            while (at < call.count() && !foundId) {
                foundId = option();
            }
            if (limit > 0 && !trims) {
                throw LIMIT_ALONE;
            }
            if (!adding && !trims) {
                throw NO_STRATEGY;
            }
            if (limit >= 0 && !whole) {
                throw LIMIT_EXACT;
            }
            return new TrimRequest(trims, trimming, whole, limit(), makesStream, at);
        }

        /** Reads an option; true if it is the ID. */
        private boolean option() {
            boolean more = at + 1 < call.count();
            if (adding && isStar(call, at)) {
                return true;
            } else if (call.is(at, "MAXLEN") && more) {
                operator();
                trimming = new UpToLength(least(NEGATIVE_LENGTH));
            } else if (call.is(at, "MINID") && more) {
                operator();
                trimming = new UpToId(IdText.id(call, at++));
            } else if (call.is(at, "LIMIT") && more) {
                at++;
                limit = least(NEGATIVE_LIMIT);
            } else if (adding && call.is(at, "NOMKSTREAM")) {
                at++;
                makesStream = false;
            } else if (adding) {
                requireId();
                return true;
            } else {
                throw Refusal.SYNTAX;
            }
            return false;
        }

        private void requireId() {
            if (IdText.isPartial(call, at)) {
                IdText.partial(call, at);
            } else {
                IdText.id(call, at);
            }
        }

        private void operator() {
            if (trims) {
                throw BOTH;
            }
            trims = true;
            at++;
            boolean more = at + 1 < call.count();
            whole = more && isSign(call, at, '~');
            if (whole || more && isSign(call, at, '=')) {
                at++;
            }
        }

        private long least(Refusal negative) {
            long number = call.integer(at++);
            if (number < 0) {
                throw negative;
            }
            return number;
        }

        private long limit() {
            if (limit >= 0 || !whole) {
                return Math.max(limit, 0);
            }
            long entries = call.server().config().get(Quantity.STREAM_NODE_MAX_ENTRIES);
            long most = entries * NODES_MAX;
            return most <= 0 ? ENTRIES_UNBOUNDED : Math.min(most, ENTRIES_MAX);
        }
    }
}
