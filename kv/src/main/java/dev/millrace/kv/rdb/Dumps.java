package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.eviction.Frequency;
import dev.millrace.kv.store.Item;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * DUMP and RESTORE: a value as bytes that another server can read.
 *
 * <pre>
 * u8 type | value | u16 version of the format | u64 CRC-64 of all before      little-endian
 * </pre>
 */
public final class Dumps {
    /** The version of the format that Redis 7.0 writes. */
    static final int VERSION = 10;

    private static final int FOOTER_BYTES = 10;

    /** What a RESTORE effect takes beside key and dump. */
    private static final int EFFECT_BYTES = 128;

    private static final String BAD_FOOTER = "ERR DUMP payload version or checksum are wrong";
    private static final String BAD_DATA = "ERR Bad data format";
    private static final String BUSY = "BUSYKEY Target key name already exists.";
    private static final String BAD_TTL = "ERR Invalid TTL value, must be >= 0";
    private static final String BAD_IDLE = "ERR Invalid IDLETIME value, must be >= 0";
    private static final String BAD_FREQUENCY = "ERR Invalid FREQ value, must be >= 0 and <= 255";
    private static final int FREQUENCY_MAX = 255;

    private Dumps() {}

    public static List<Command> all() {
        return List.of(
                Command.named("dump")
                        .since("2.6.0")
                        .group("generic")
                        .complexity(
                                "O(1) to access the key and additional O(N*M) to serialize it,"
                                        + " where N is the number of Redis objects composing the"
                                        + " value and M their average size. For small string values"
                                        + " the time complexity is thus O(1)+O(1*M) where M is"
                                        + " small, so simply O(1).")
                        .summary(
                                "Return a serialized version of the value stored at the specified"
                                        + " key.")
                        .arity(2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY)
                        .categories("keyspace")
                        .tips("nondeterministic_output")
                        .does(Dumps::dump),
                restore("restore", "2.6.0"),
                restore("restore-asking", "3.0.0"));
    }

    private static Command restore(String name, String since) {
        String complexity =
                "O(1) to create the new key and additional O(N*M) to reconstruct the serialized"
                        + " value, where N is the number of Redis objects composing the value and M"
                        + " their average size. For small string values the time complexity is thus"
                        + " O(1)+O(1*M) where M is small, so simply O(1). However for sorted set"
                        + " values the complexity is O(N*M*log(N)) because inserting values into"
                        + " sorted sets is O(log(N)).";
        boolean asking = !name.equals("restore");
        return Command.named(name)
                .since(since)
                .group(asking ? "server" : "generic")
                .complexity(complexity)
                .internal(asking)
                .summary(
                        asking
                                ? "An internal command for migrating keys in a cluster"
                                : "Create a key using the provided serialized value, previously"
                                        + " obtained using DUMP.")
                .arity(-4)
                .keys(Keys.one())
                .flags(asking ? new Flag[] {Flag.WRITE, Flag.DENYOOM, Flag.ASKING} : WRITES)
                .categories("keyspace", "dangerous")
                .access(KeyAccess.of("OW", "update"))
                .cost(request -> request.bytes() + request.length(1) + EFFECT_BYTES)
                .does(Dumps::restore);
    }

    private static final Flag[] WRITES = {Flag.WRITE, Flag.DENYOOM};

    // ---- DUMP

    private static void dump(Call call) {
        Key key = call.read(1);
        if (!key.exists()) {
            call.reply().nullBulk();
            return;
        }
        NativeBuffer out = call.scratch();
        payload(call, key, out);
        call.reply().bulk(out.address(), Math.toIntExact(out.length()));
    }

    /** Writes what DUMP answers of a key. */
    public static void payload(Call call, Key key, NativeBuffer out) {
        DumpWriter writer = new DumpWriter(out);
        ValueWriter.writeType(key, writer);
        new ValueWriter(call.element(), call.otherElement()).write(key, writer);
        end(out);
    }

    /** Ends a payload of type and value: with the format's version and the sum of all before. */
    public static void end(NativeBuffer payload) {
        payload.putByte(VERSION & 0xff);
        payload.putByte(VERSION >>> 8);
        payload.putLong(Crc64.update(0, payload.address(), payload.length()));
    }

    // ---- RESTORE

    /** What a request says beside key and value. */
    private record Options(
            boolean replace, boolean absolute, OptionalLong idleSeconds, OptionalInt frequency) {
        /** Notes how the value was used where it was before. */
        void note(Call call, Key key) {
            if (call.server().config().isLfu()) {
                frequency.ifPresent(
                        counter ->
                                Item.access(key.item(), Frequency.at(call.nowMillis(), counter)));
            } else {
                idleSeconds.ifPresent(
                        idle -> Item.access(key.item(), key.stripe().accessClock() - (int) idle));
            }
        }
    }

    private static Options options(Call call) {
        boolean replace = false;
        boolean absolute = false;
        OptionalLong idleSeconds = OptionalLong.empty();
        OptionalInt counter = OptionalInt.empty();
        for (int i = 4; i < call.count(); i++) {
            boolean more = i + 1 < call.count();
            if (call.is(i, "REPLACE")) {
                replace = true;
            } else if (call.is(i, "ABSTTL")) {
                absolute = true;
            } else if (call.is(i, "IDLETIME") && more) {
                idleSeconds = OptionalLong.of(call.integer(++i));
                if (idleSeconds.getAsLong() < 0) {
                    throw new Refusal(BAD_IDLE);
                }
            } else if (call.is(i, "FREQ") && more) {
                long frequency = call.integer(++i);
                if (frequency < 0 || frequency > FREQUENCY_MAX) {
                    throw new Refusal(BAD_FREQUENCY);
                }
                counter = OptionalInt.of((int) frequency);
            } else {
                throw Refusal.SYNTAX;
            }
        }
        return new Options(replace, absolute, idleSeconds, counter);
    }

    private static void restore(Call call) {
        Options options = options(call);
        Key key = call.write(1);
        if (key.exists() && !options.replace) {
            throw new Refusal(BUSY);
        }
        long ttl = call.integer(2);
        if (ttl < 0) {
            throw new Refusal(BAD_TTL);
        }
        requireFooter(call.address(3), call.length(3), call.server().anySumWillDo());
        int type = Memory.getUnsignedByte(call.address(3));
        long dump = call.address(3) + 1;
        int length = call.length(3) - 1 - FOOTER_BYTES;
        Limits limits = Limits.of(call.server().config());
        requireWhole(call, key, limits, type, dump, length);
        long expiresAt = ttl == 0 || options.absolute ? ttl : call.nowMillis() + ttl;
        boolean replaced = key.exists();
        if (replaced) {
            call.effects().delete(key);
            call.effects().count(-1);
        }
        if (expiresAt != 0 && call.hasPassed(expiresAt)) {
            if (replaced) {
                call.effects().count(1);
                call.notify(Notification.GENERIC, "del", key);
            }
            call.reply().ok();
            return;
        }
        call.effects().restore().restore(key, expiresAt, limits, type, dump, length);
        options.note(call, key);
        call.notify(Notification.GENERIC, "restore", key);
        call.reply().ok();
    }

    private static void requireFooter(long payload, int length, boolean anySumWillDo) {
        if (length < FOOTER_BYTES + 1) {
            throw new Refusal(BAD_FOOTER);
        }
        long footer = payload + length - FOOTER_BYTES;
        long sum = Memory.getLong(footer + 2);
        boolean good =
                Memory.getUnsignedShort(footer) <= VERSION
                        && (anySumWillDo || Crc64.update(0, payload, length - Long.BYTES) == sum);
        if (!good) {
            throw new Refusal(BAD_FOOTER);
        }
    }

    private static void requireWhole(
            Call call, Key key, Limits limits, int type, long dump, int length) {
        try {
            call.server()
                    .part(Rehearsal.class, Rehearsal::new)
                    .read(key, limits, type, dump, length);
        } catch (BadDump bad) {
            throw new Refusal(BAD_DATA);
        }
    }
}
