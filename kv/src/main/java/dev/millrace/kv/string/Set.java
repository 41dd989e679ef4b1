package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.resp.Request;

import java.util.List;

/** SET with all its options, and the commands that are SET with one of them fixed. */
public final class Set {
    private static final int KEEP_TTL = 1;
    private static final int ONLY_NEW = 2;
    private static final int ONLY_EXISTING = 4;
    private static final int GET_OLD = 8;

    private Set() {}

    private static Command.Builder set(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("string")
                .complexity("O(1)")
                .arity(arity)
                .keys(Keys.one())
                .flags(Flag.WRITE, Flag.DENYOOM)
                .categories("string");
    }

    public static List<Command> all() {
        return List.of(
                set("set", "1.0.0", -3)
                        .summary("Set the string value of a key")
                        .access(
                                KeyAccess.of("RW", "access", "update", "variable_flags")
                                        .noted("RW and ACCESS due to the optional `GET` argument"))
                        .access(Set::treatment)
                        .does(Set::set),
                set("setnx", "1.0.0", 3)
                        .flags(Flag.FAST)
                        .summary("Set the value of a key, only if the key does not exist")
                        .access(KeyAccess.of("OW", "insert"))
                        .does(Set::setNx),
                set("setex", "2.0.0", 4)
                        .summary("Set the value and expiration of a key")
                        .access(KeyAccess.of("OW", "update"))
                        .does(call -> setWithExpiry(call, Expiry.Unit.SECONDS)),
                set("psetex", "2.6.0", 4)
                        .summary("Set the value and expiration in milliseconds of a key")
                        .access(KeyAccess.of("OW", "update"))
                        .does(call -> setWithExpiry(call, Expiry.Unit.MILLIS)),
                set("getset", "1.0.0", 3)
                        .flags(Flag.FAST)
                        .deprecated("6.2.0", "`SET` with the `!GET` argument")
                        .summary("Set the string value of a key and return its old value")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(Set::getSet));
    }

    private static void set(Call call) {
        if (call.count() == 3) {
            put(call, call.write(1), 2, 0);
            call.reply().ok();
            return;
        }
        int options = 0;
        int when = 0;
        int next = 3;
        while (next < call.count()) {
            int option = option(call, next);
            if (option == 0) {
                option = Expiry.requireUnit(call, next, options).bit();
                when = ++next;
            }
            options |= option;
            next++;
        }
        boolean expires = when != 0;
        if ((options & ONLY_NEW) != 0) {
            Expiry.requireNot(options, ONLY_EXISTING);
        }
        if (expires) {
            Expiry.requireNot(options, KEEP_TTL);
        }
        long expiresAt = expires ? Expiry.parse(call, when, Expiry.Unit.of(options)) : 0;
        apply(call, options, expires, expiresAt);
    }

    private static int option(Call call, int index) {
        if (call.is(index, "NX")) {
            return ONLY_NEW;
        }
        if (call.is(index, "XX")) {
            return ONLY_EXISTING;
        }
        if (call.is(index, "GET")) {
            return GET_OLD;
        }
        return call.is(index, "KEEPTTL") ? KEEP_TTL : 0;
    }

    private static void apply(Call call, int options, boolean expires, long expiresAt) {
        boolean answersOld = (options & GET_OLD) != 0;
        Key key = answersOld ? call.read(1) : call.write(1);
        if (answersOld) {
            Strings.answer(call, key.requireString());
        }
        boolean refused =
                (options & ONLY_NEW) != 0 && key.exists()
                        || (options & ONLY_EXISTING) != 0 && !key.exists();
        if (refused) {
            if (!answersOld) {
                call.reply().nullBulk();
            }
            return;
        }
        long at = (options & KEEP_TTL) != 0 ? key.expiresAt() : expiresAt;
        put(call, key, 2, at);
        if (expires) {
            call.notify(Notification.GENERIC, "expire", key);
        }
        if (!answersOld) {
            call.reply().ok();
        }
    }

    private static void put(Call call, Key key, int value, long expiresAt) {
        call.effects().putString(key, call.address(value), call.length(value), expiresAt);
        call.notify(Notification.STRING, "set", key);
    }

    private static KeyAccess treatment(Request request) {
        for (int i = 3; i < request.count(); i++) {
            if (request.is(i, "GET")) {
                return KeyAccess.of("RW", "access", "update");
            }
        }
        return KeyAccess.of("OW", "update");
    }

    private static void setNx(Call call) {
        Key key = call.write(1);
        boolean absent = !key.exists();
        if (absent) {
            put(call, key, 2, 0);
        }
        call.reply().flag(absent);
    }

    private static void setWithExpiry(Call call, Expiry.Unit unit) {
        long expiresAt = Expiry.parse(call, 2, unit);
        Key key = call.write(1);
        put(call, key, 3, expiresAt);
        call.notify(Notification.GENERIC, "expire", key);
        call.reply().ok();
    }

    private static void getSet(Call call) {
        Key key = call.read(1).requireString();
        Strings.answer(call, key);
        put(call, key, 2, 0);
    }
}
