package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;

import java.util.List;

/** GETDEL and GETEX: a value is read, and then its key deleted or its expiry changed. */
public final class GetAndChange {
    private static final int PERSIST = 1;

    private GetAndChange() {}

    private static Command.Builder get(String name, int arity) {
        return Command.named(name)
                .since("6.2.0")
                .group("string")
                .complexity("O(1)")
                .arity(arity)
                .keys(Keys.one())
                .flags(Flag.WRITE, Flag.FAST)
                .categories("string");
    }

    public static List<Command> all() {
        return List.of(
                get("getdel", 2)
                        .summary("Get the value of a key and delete the key")
                        .access(KeyAccess.of("RW", "access", "delete"))
                        .does(GetAndChange::getDelete),
                get("getex", -2)
                        .summary("Get the value of a key and optionally set its expiration")
                        .access(
                                KeyAccess.of("RW", "access", "update")
                                        .noted("RW and UPDATE because it changes the TTL"))
                        .does(GetAndChange::getExpire));
    }

    private static void getDelete(Call call) {
        Key key = call.read(1).requireString();
        Strings.answer(call, key);
        if (key.exists()) {
            delete(call, key);
        }
    }

    private static void delete(Call call, Key key) {
        call.effects().delete(key);
        call.notify(Notification.GENERIC, "del", key);
    }

    private static void getExpire(Call call) {
        int options = 0;
        int when = 0;
        for (int next = 2; next < call.count(); next++) {
            if (call.is(next, "PERSIST")) {
                options |= PERSIST;
            } else {
                options |= Expiry.requireUnit(call, next, options).bit();
                when = ++next;
            }
        }
        if (when != 0) {
            Expiry.requireNot(options, PERSIST);
        }
        Key key = call.read(1).requireString();
        if (!key.exists()) {
            call.reply().nullBulk();
            return;
        }
        long expiresAt = when == 0 ? 0 : Expiry.parse(call, when, Expiry.Unit.of(options));
        Strings.answer(call, key);
        if (when != 0) {
            expire(call, key, expiresAt);
        } else if (options == PERSIST && key.expiresAt() != 0) {
            call.effects().expire(key, 0);
            call.notify(Notification.GENERIC, "persist", key);
        }
    }

    private static void expire(Call call, Key key, long expiresAt) {
        if (call.hasPassed(expiresAt)) {
            delete(call, key);
        } else {
            call.effects().expire(key, expiresAt);
            call.notify(Notification.GENERIC, "expire", key);
        }
    }
}
