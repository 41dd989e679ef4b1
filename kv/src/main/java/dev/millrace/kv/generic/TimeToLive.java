package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** EXPIRE and TTL in all their units, and PERSIST. */
public final class TimeToLive {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int NO_KEY = -2;
    private static final int NO_EXPIRY = -1;

    private static final int ONLY_WITHOUT = 1;
    private static final int ONLY_WITH = 2;
    private static final int ONLY_LATER = 4;
    private static final int ONLY_EARLIER = 8;

    private TimeToLive() {}

    /** In what unit a command counts, and from when. */
    private record Scale(long unitMillis, boolean absolute) {
        static final Scale SECONDS = new Scale(MILLIS_PER_SECOND, false);
        static final Scale MILLIS = new Scale(1, false);
        static final Scale AT_SECONDS = new Scale(MILLIS_PER_SECOND, true);
        static final Scale AT_MILLIS = new Scale(1, true);
    }

    private static Command expire(String name, String since, String summary, Scale scale) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .complexity("O(1)")
                .summary(summary)
                .arity(-3)
                .keys(Keys.one())
                .flags(Flag.WRITE, Flag.FAST)
                .categories("keyspace")
                .does(call -> expire(call, scale));
    }

    private static Command tell(
            String name, String since, String summary, Scale scale, String... tips) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .complexity("O(1)")
                .summary(summary)
                .arity(2)
                .keys(Keys.one())
                .flags(Flag.READONLY, Flag.FAST)
                .categories("keyspace")
                .tips(tips)
                .does(call -> tell(call, scale));
    }

    public static List<Command> all() {
        return List.of(
                expire("expire", "1.0.0", "Set a key's time to live in seconds", Scale.SECONDS),
                expire(
                        "pexpire",
                        "2.6.0",
                        "Set a key's time to live in milliseconds",
                        Scale.MILLIS),
                expire(
                        "expireat",
                        "1.2.0",
                        "Set the expiration for a key as a UNIX timestamp",
                        Scale.AT_SECONDS),
                expire(
                        "pexpireat",
                        "2.6.0",
                        "Set the expiration for a key as a UNIX timestamp specified in milliseconds",
                        Scale.AT_MILLIS),
                tell(
                        "ttl",
                        "1.0.0",
                        "Get the time to live for a key in seconds",
                        Scale.SECONDS,
                        "nondeterministic_output"),
                tell(
                        "pttl",
                        "2.6.0",
                        "Get the time to live for a key in milliseconds",
                        Scale.MILLIS,
                        "nondeterministic_output"),
                tell(
                        "expiretime",
                        "7.0.0",
                        "Get the expiration Unix timestamp for a key",
                        Scale.AT_SECONDS),
                tell(
                        "pexpiretime",
                        "7.0.0",
                        "Get the expiration Unix timestamp for a key in milliseconds",
                        Scale.AT_MILLIS),
                Command.named("persist")
                        .since("2.2.0")
                        .group("generic")
                        .complexity("O(1)")
                        .summary("Remove the expiration from a key")
                        .arity(2)
                        .keys(Keys.one())
                        .flags(Flag.WRITE, Flag.FAST)
                        .categories("keyspace")
                        .does(TimeToLive::persist));
    }

    private static void expire(Call call, Scale scale) {
        int conditions = conditions(call);
        long expiresAt = when(call, scale);
        Key key = call.write(1);
        boolean changes = key.exists() && isMet(conditions, key.expiresAt(), expiresAt);
        if (changes && call.hasPassed(expiresAt)) {
            call.effects().delete(key);
            call.notify(Notification.GENERIC, "del", key);
        } else if (changes) {
            call.effects().expire(key, expiresAt);
            call.notify(Notification.GENERIC, "expire", key);
        }
        call.reply().flag(changes);
    }

    private static int conditions(Call call) {
        int conditions = 0;
        for (int i = 3; i < call.count(); i++) {
            conditions |= condition(call, i);
        }
        if ((conditions & ONLY_WITHOUT) != 0 && conditions != ONLY_WITHOUT) {
            throw new Refusal(
                    "ERR NX and XX, GT or LT options at the same time are not compatible");
        }
        if ((conditions & ONLY_LATER) != 0 && (conditions & ONLY_EARLIER) != 0) {
            throw new Refusal("ERR GT and LT options at the same time are not compatible");
        }
        return conditions;
    }

    private static int condition(Call call, int index) {
        if (call.is(index, "NX")) {
            return ONLY_WITHOUT;
        }
        if (call.is(index, "XX")) {
            return ONLY_WITH;
        }
        if (call.is(index, "GT")) {
            return ONLY_LATER;
        }
        if (call.is(index, "LT")) {
            return ONLY_EARLIER;
        }
        throw new Refusal("ERR Unsupported option " + call.shown(index));
    }

    /** When the second argument says, ms since 1970; perhaps long ago. */
    private static long when(Call call, Scale scale) {
        long number = call.integer(2);
        long base = scale.absolute ? 0 : call.nowMillis();
        boolean isTooFar =
                number > Long.MAX_VALUE / scale.unitMillis
                        || number < Long.MIN_VALUE / scale.unitMillis
                        || number * scale.unitMillis > Long.MAX_VALUE - base;
        if (isTooFar) {
            throw new Refusal("ERR invalid expire time in '" + call.command().name() + "' command");
        }
        return number * scale.unitMillis + base;
    }

    /** A key without an expiry counts as one that expires after all others. */
    private static boolean isMet(int conditions, long before, long after) {
        boolean expires = before != 0;
        return !((conditions & ONLY_WITHOUT) != 0 && expires
                || (conditions & ONLY_WITH) != 0 && !expires
                || (conditions & ONLY_LATER) != 0 && (!expires || after <= before)
                || (conditions & ONLY_EARLIER) != 0 && expires && after >= before);
    }

    private static void tell(Call call, Scale scale) {
        Key key = call.glance(1);
        if (!key.exists()) {
            call.reply().integer(NO_KEY);
        } else if (key.expiresAt() == 0) {
            call.reply().integer(NO_EXPIRY);
        } else {
            long millis = key.expiresAt() - (scale.absolute ? 0 : call.nowMillis());
            // Unsigned, for the last expiry there can be is rounded up, too.
            long rounded = Long.divideUnsigned(millis + scale.unitMillis / 2, scale.unitMillis);
            call.reply().integer(rounded);
        }
    }

    private static void persist(Call call) {
        Key key = call.write(1);
        boolean expires = key.expiresAt() != 0;
        if (expires) {
            call.effects().expire(key, 0);
            call.notify(Notification.GENERIC, "persist", key);
        }
        call.reply().flag(expires);
    }
}
