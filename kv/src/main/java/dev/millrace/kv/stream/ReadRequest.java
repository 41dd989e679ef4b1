package dev.millrace.kv.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/**
 * What XREAD and XREADGROUP are asked for.
 *
 * @param first index of the first key
 * @param keys how many there are, with an ID each behind them
 * @param count how many entries of each stream; 0: all
 * @param blocks whether the client waits if there is nothing
 * @param deadlineMillis until when, ms since 1970; 0: for ever
 * @param group index of the group's name, behind which the consumer's is; 0 for XREAD
 * @param pends whether entries are pending until they are acknowledged
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
record ReadRequest(
        int first,
        int keys,
        long count,
        boolean blocks,
        long deadlineMillis,
        int group,
        boolean pends) {
    private static final Refusal BAD_TIMEOUT =
            new Refusal("ERR timeout is not an integer or out of range");
    private static final Refusal NEGATIVE_TIMEOUT = new Refusal("ERR timeout is negative");
    private static final Refusal UNBALANCED =
            new Refusal(
                    "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be"
                            + " specified.");
    private static final Refusal NO_GROUP = new Refusal("ERR Missing GROUP option for XREADGROUP");

    /** While it waits a client without COUNT gets so many. */
    private static final long BLOCKED_COUNT = 1000;

    static ReadRequest read(Call call, boolean withGroup) {
        return new Reader(call, withGroup).read();
    }

    boolean hasGroup() {
        return group != 0;
    }

    int consumer() {
        return group + 1;
    }

    /** The index of the ID of the key at an index. */
    int id(int key) {
        return key + keys;
    }

    int lastKey() {
        return first + keys - 1;
    }

    /** How many entries of a stream at most. */
    long most() {
        return count == 0 ? Long.MAX_VALUE : count;
    }

    /** How many a client gets that has waited. */
    long mostWhenServed() {
        return count == 0 ? BLOCKED_COUNT : count;
    }

    /** True if a key's ID is >: what nobody in the group has got. */
    boolean isNew(Call call, int key) {
        return isSign(call, id(key), '>');
    }

    /** True if a key's ID is $: what comes from now on. */
    boolean isFromNow(Call call, int key) {
        return isSign(call, id(key), '$');
    }

    private static boolean isSign(Call call, int index, char sign) {
        return call.length(index) == 1 && Memory.getByte(call.address(index)) == sign;
    }

    private static final class Reader {
        private final Call call;
        private final boolean withGroup;
        private long count;
        private boolean blocks;
        private long deadlineMillis;
        private int group;
        private boolean pends = true;

        Reader(Call call, boolean withGroup) {
            this.call = call;
            this.withGroup = withGroup;
        }

        ReadRequest read() {
            int at = 1;
            while (at < call.count()) {
                int more = call.count() - at - 1;
                if (call.is(at, "STREAMS") && more > 0) {
                    return streams(at + 1);
                }
                at = option(at, more);
            }
            throw Refusal.SYNTAX;
        }

        private int option(int at, int more) {
            if (call.is(at, "BLOCK") && more > 0) {
                if (call.session().isScript()) {
                    throw new Refusal(
                            "ERR "
                                    + call.shown(0)
                                    + " command is not allowed with BLOCK option from scripts");
                }
                timeout(at + 1);
                return at + 2;
            } else if (call.is(at, "COUNT") && more > 0) {
                count = Math.max(0, call.integer(at + 1));
                return at + 2;
            } else if (call.is(at, "GROUP") && more > 1) {
                requireGroup("GROUP");
                group = at + 1;
                return at + 3;
            } else if (call.is(at, "NOACK")) {
                requireGroup("NOACK");
                pends = false;
                return at + 1;
            }
            throw Refusal.SYNTAX;
        }

        private void requireGroup(String option) {
            if (!withGroup) {
                throw new Refusal(
                        "ERR The "
                                + option
                                + " option is only supported by XREADGROUP. You called XREAD"
                                + " instead.");
            }
        }

        private void timeout(int at) {
            long millis = call.integer(at, BAD_TIMEOUT);
            if (millis < 0) {
                throw NEGATIVE_TIMEOUT;
            }
            blocks = true;
            deadlineMillis = millis == 0 ? 0 : call.nowMillis() + millis;
        }

        private ReadRequest streams(int first) {
            int left = call.count() - first;
            if (left % 2 != 0) {
                throw UNBALANCED;
            }
            if (withGroup && group == 0) {
                throw NO_GROUP;
            }
            return new ReadRequest(first, left / 2, count, blocks, deadlineMillis, group, pends);
        }
    }
}
