package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** GET, SET and what reads or replaces whole strings. */
public final class Strings {
    private Strings() {}

    public static List<Command> all() {
        return List.of(
                Command.named("get")
                        .since("1.0.0")
                        .group("string")
                        .complexity("O(1)")
                        .summary("Get the value of a key")
                        .arity(2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("string")
                        .does(Strings::get),
                Command.named("strlen")
                        .since("2.2.0")
                        .group("string")
                        .complexity("O(1)")
                        .summary("Get the length of the value stored in a key")
                        .arity(2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("string")
                        .access(KeyAccess.of("RO"))
                        .does(Strings::strlen),
                Command.named("mget")
                        .since("1.0.0")
                        .group("string")
                        .complexity("O(N) where N is the number of keys to retrieve.")
                        .summary("Get the values of all the given keys")
                        .arity(-2)
                        .keys(Keys.range(1, -1, 1))
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("string")
                        .tips("request_policy:multi_shard")
                        .does(Strings::mget),
                Command.named("mset")
                        .since("1.0.1")
                        .group("string")
                        .complexity("O(N) where N is the number of keys to set.")
                        .summary("Set multiple keys to multiple values")
                        .arity(-3)
                        .keys(Keys.range(1, -1, 2))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("string")
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                        .access(KeyAccess.of("OW", "update"))
                        .does(Strings::mset),
                Command.named("msetnx")
                        .since("1.0.1")
                        .group("string")
                        .complexity("O(N) where N is the number of keys to set.")
                        .summary(
                                "Set multiple keys to multiple values, only if none of the keys"
                                        + " exist")
                        .arity(-3)
                        .keys(Keys.range(1, -1, 2))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("string")
                        .tips("request_policy:multi_shard", "response_policy:agg_min")
                        .access(KeyAccess.of("OW", "insert"))
                        .does(Strings::msetNx));
    }

    private static void get(Call call) {
        Key key = call.read(1).requireString();
        answer(call, key);
    }

    /** Answers the value, or null where there is none. */
    static void answer(Call call, Key key) {
        if (key.exists()) {
            call.reply().bulk(key.value(), key.valueLength());
        } else {
            call.reply().nullBulk();
        }
    }

    private static void strlen(Call call) {
        call.reply().integer(call.read(1).requireString().valueLength());
    }

    private static void mget(Call call) {
        call.reply().array(call.count() - 1);
        for (int i = 1; i < call.count(); i++) {
            Key key = call.read(i);
            if (key.exists() && key.isString()) {
                call.reply().bulk(key.value(), key.valueLength());
            } else {
                call.reply().nullBulk();
            }
        }
    }

    private static void mset(Call call) {
        requirePairs(call);
        putAll(call);
        call.reply().ok();
    }

    private static void msetNx(Call call) {
        requirePairs(call);
        boolean free = true;
        for (int i = 1; i < call.count() && free; i += 2) {
            free = !call.write(i).exists();
        }
        if (free) {
            putAll(call);
        }
        call.reply().flag(free);
    }

    private static void requirePairs(Call call) {
        if (call.count() % 2 == 0) {
            throw new Refusal(
                    "ERR wrong number of arguments for '" + call.command().name() + "' command");
        }
    }

    private static void putAll(Call call) {
        for (int i = 1; i < call.count(); i += 2) {
            Key key = call.write(i);
            call.effects().putString(key, call.address(i + 1), call.length(i + 1), 0);
            call.notify(Notification.STRING, "set", key);
        }
    }
}
