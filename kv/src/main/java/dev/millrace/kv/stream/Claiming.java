package dev.millrace.kv.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.StreamEffects;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Item;

import java.util.List;

/**
 * XCLAIM and XAUTOCLAIM: what is pending for one consumer becomes another's. What is not in the
 * stream any more is pending no longer.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Claiming {
    private static final Refusal BAD_IDLE =
            new Refusal("ERR Invalid min-idle-time argument for XCLAIM");
    private static final Refusal BAD_IDLE_AUTO =
            new Refusal("ERR Invalid min-idle-time argument for XAUTOCLAIM");
    private static final Refusal BAD_IDLE_OPTION =
            new Refusal("ERR Invalid IDLE option argument for XCLAIM");
    private static final Refusal BAD_TIME =
            new Refusal("ERR Invalid TIME option argument for XCLAIM");
    private static final Refusal BAD_RETRIES =
            new Refusal("ERR Invalid RETRYCOUNT option argument for XCLAIM");
    private static final Refusal BAD_COUNT = new Refusal("ERR COUNT must be > 0");

    private static final int FIRST_ID = 5;

    /** Without COUNT XAUTOCLAIM claims so many. */
    private static final long COUNT = 100;

    /** XAUTOCLAIM looks at so many times its COUNT. */
    private static final int ATTEMPTS = 10;

    private static final long COUNT_MAX = Long.MAX_VALUE / 16;

    /** An entry that is claimed takes so many bytes of the effect. */
    private static final int CLAIM_BYTES = 24;

    private static final int EFFECTS_BYTES = 256;
    private static final int ID_BYTES = 16;

    private Claiming() {}

    private static Command.Builder claim(String name, String since) {
        return Streams.stream(name, since, -6)
                .flags(Flag.WRITE, Flag.FAST)
                .tips("nondeterministic_output")
                .cost(Claiming::cost);
    }

    public static List<Command> all() {
        return List.of(
                claim("xclaim", "5.0.0")
                        .complexity(
                                "O(log N) with N being the number of messages in the PEL of the"
                                        + " consumer group.")
                        .summary(
                                "Changes (or acquires) ownership of a message in a consumer group,"
                                        + " as if the message was delivered to the specified"
                                        + " consumer.")
                        .does(Claiming::claim),
                claim("xautoclaim", "6.2.0")
                        .complexity("O(1) if COUNT is small.")
                        .summary(
                                "Changes (or acquires) ownership of messages in a consumer group,"
                                        + " as if the messages were delivered to the specified"
                                        + " consumer.")
                        .access(KeyAccess.of("RW", "delete"))
                        .measure(Claiming::measure)
                        .does(Claiming::claimFrom));
    }

    /** Key, group and consumer stand in up to four effects. */
    private static long cost(Request request) {
        return 4 * request.bytes() + (long) CLAIM_BYTES * request.count() + EFFECTS_BYTES;
    }

    // ---- XCLAIM

    /** What stands behind the IDs. */
    private static final class Options {
        private final Call call;

        /** The index behind the last ID. */
        private final int idsEnd;

        private long timeMillis = -1;
        private long retries = -1;
        private boolean force;
        private boolean justId;
        private StreamId last = StreamId.MIN;

        Options(Call call) {
            this.call = call;
            int at = FIRST_ID;
            while (at < call.count() && IdText.isId(call, at)) {
                at++;
            }
            idsEnd = at;
            while (at < call.count()) {
                at = option(at, at + 1 < call.count());
            }
            boolean past = timeMillis >= 0 && timeMillis <= call.nowMillis();
            timeMillis = past ? timeMillis : call.nowMillis();
        }

        private int option(int at, boolean more) {
            if (call.is(at, "FORCE")) {
                force = true;
                return at + 1;
            } else if (call.is(at, "JUSTID")) {
                justId = true;
                return at + 1;
            } else if (call.is(at, "IDLE") && more) {
                timeMillis = call.nowMillis() - call.integer(at + 1, BAD_IDLE_OPTION);
            } else if (call.is(at, "TIME") && more) {
                timeMillis = call.integer(at + 1, BAD_TIME);
            } else if (call.is(at, "RETRYCOUNT") && more) {
                retries = call.integer(at + 1, BAD_RETRIES);
            } else if (call.is(at, "LASTID") && more) {
                last = IdText.id(call, at + 1);
            } else {
                throw new Refusal("ERR Unrecognized XCLAIM option '" + call.shown(at) + "'");
            }
            return at + 2;
        }
    }

    private static void claim(Call call) {
        Key key = call.read(1).require(Item.TYPE_STREAM);
        long group = Groups.required(call, key);
        long idle = Math.max(0, call.integer(4, BAD_IDLE));
        Options options = new Options(call);
        boolean further = options.last.isAfter(StreamGroup.last(group));
        if (further) {
            long read = StreamGroup.read(group);
            call.effects().stream()
                    .putGroup(key, call.address(2), call.length(2), options.last, read);
            call.effects().count(-1);
        }
        int dropped = dropGone(call, key, group, options);
        int claimed = claim(call, key, group, idle, options);
        // That the group is further counts where nothing else tells of it.
        call.effects().count(further && dropped + claimed == 0 ? 1 : 0);
    }

    /** None that is not in the stream is pending any more; returns how many were. */
    private static int dropGone(Call call, Key key, long group, Options options) {
        StreamEffects effects = call.effects().stream();
        int dropped = 0;
        for (int i = FIRST_ID; i < options.idsEnd; i++) {
            StreamId id = IdText.id(call, i);
            if (!StreamValue.has(key, id)) {
                dropped += effects.acknowledge(key, group, id) ? 1 : 0;
            }
        }
        if (effects.endAcknowledge(key)) {
            call.effects().count(dropped - 1);
        }
        return dropped;
    }

    private static int claim(Call call, Key key, long group, long idle, Options options) {
        Claims claims = new Claims(call, key, group, options.timeMillis, options.justId);
        long begun = call.reply().out().length();
        Pending pending = Pending.of(group);
        for (int i = FIRST_ID; i < options.idsEnd; i++) {
            StreamId id = IdText.id(call, i);
            boolean pends = pending.from(id) && pending.id().equals(id);
            boolean wanted = pends ? claims.isIdle(pending, idle) : options.force;
            if (wanted && StreamValue.has(key, id)) {
                long before = pends ? pending.deliveries() : 1;
                claims.claim(id, options.retries >= 0 ? options.retries : claims.counted(before));
            }
        }
        claims.end();
        call.reply().arrayInFront(begun, claims.claimed);
        return claims.claimed;
    }

    /** What is claimed for the consumer that argument 3 names, who is made with the first. */
    private static final class Claims {
        private final Call call;
        private final Key key;
        private final long group;
        private final long timeMillis;
        private final boolean justId;
        private long consumer;
        private int claimed;

        Claims(Call call, Key key, long group, long timeMillis, boolean justId) {
            this.call = call;
            this.key = key;
            this.group = group;
            this.timeMillis = timeMillis;
            this.justId = justId;
        }

        boolean isIdle(Pending pending, long idleMillis) {
            return idleMillis == 0 || call.nowMillis() - pending.timeMillis() >= idleMillis;
        }

        /** The deliveries after this one, which counts unless only IDs are wanted. */
        long counted(long before) {
            return justId ? before : before + 1;
        }

        void claim(StreamId id, long deliveries) {
            if (consumer == 0) {
                consumer = Groups.consumer(call, key, group, 3);
                call.effects().stream().see(key, group, consumer, call.nowMillis());
                call.effects().count(-1);
            }
            claimed++;
            call.effects().stream().claim(key, group, consumer, id, timeMillis, deliveries);
            if (justId) {
                Entries.id(call, id);
            } else {
                Entries.one(call, key, id);
            }
        }

        void end() {
            if (call.effects().stream().endClaim(key)) {
                call.effects().count(claimed - 1);
            }
        }
    }

    // ---- XAUTOCLAIM

    private static long measure(Call call) {
        long most = AutoOptions.read(call).count;
        Key key = call.peek(1).require(Item.TYPE_STREAM);
        long group = Groups.required(call, key);
        return CLAIM_BYTES * Math.min(most, StreamGroup.pending(group));
    }

    private record AutoOptions(long idle, StreamId from, long count, boolean justId) {
        static AutoOptions read(Call call) {
            long idle = Math.max(0, call.integer(4, BAD_IDLE_AUTO));
            StreamId from = IdText.start(call, 5);
            long count = COUNT;
            boolean justId = false;
            for (int i = 6; i < call.count(); i++) {
                if (call.is(i, "COUNT") && i + 1 < call.count()) {
                    count = call.integer(++i, 1, COUNT_MAX, BAD_COUNT);
                } else if (call.is(i, "JUSTID")) {
                    justId = true;
                } else {
                    throw Refusal.SYNTAX;
                }
            }
            return new AutoOptions(idle, from, count, justId);
        }
    }

    private static void claimFrom(Call call) {
        Key key = call.read(1);
        AutoOptions options = AutoOptions.read(call);
        long group = Groups.required(call, key.require(Item.TYPE_STREAM));
        NativeBuffer gone = call.scratch();
        Claims claims = new Claims(call, key, group, call.nowMillis(), options.justId);
        long begun = call.reply().out().length();
        Pending pending = Pending.of(group);
        pending.from(options.from);
        long left = options.count;
        for (long tries = options.count * ATTEMPTS;
                tries > 0 && left > 0 && pending.stands();
                tries--) {
            StreamId id = pending.id();
            boolean there = StreamValue.has(key, id);
            if (!there) {
                gone.putLong(id.ms());
                gone.putLong(id.seq());
                left--;
            } else if (claims.isIdle(pending, options.idle)) {
                claims.claim(id, claims.counted(pending.deliveries()));
                left--;
            }
            pending.next();
        }
        claims.end();
        call.reply().arrayInFront(begun, claims.claimed);
        answerRest(call, begun, pending, gone);
        drop(call, key, group, gone);
    }

    /** Before what was claimed goes the ID to go on from; and behind it go IDs that are gone. */
    private static void answerRest(Call call, long begun, Pending next, NativeBuffer gone) {
        long head = call.reply().out().length();
        call.reply().array(3);
        Entries.id(call, next.stands() ? next.id() : StreamId.MIN);
        call.reply().toFront(begun, head);
        call.reply().array((int) (gone.length() / ID_BYTES));
        for (long at = 0; at < gone.length(); at += ID_BYTES) {
            Entries.id(call, idAt(gone.address() + at));
        }
    }

    private static StreamId idAt(long at) {
        return new StreamId(Memory.getLong(at), Memory.getLong(at + Long.BYTES));
    }

    private static void drop(Call call, Key key, long group, NativeBuffer gone) {
        StreamEffects effects = call.effects().stream();
        for (long at = 0; at < gone.length(); at += ID_BYTES) {
            effects.acknowledge(key, group, idAt(gone.address() + at));
        }
        if (effects.endAcknowledge(key)) {
            call.effects().count((int) (gone.length() / ID_BYTES) - 1);
        }
    }
}
