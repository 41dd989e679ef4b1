package dev.millrace.kv.hash;

import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.HashEffects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Item;

import java.util.List;

/** HSET, HGET, HDEL and what else a hash needs to be one. */
public final class Hashes {
    private Hashes() {}

    private static Command.Builder hash(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("hash")
                .arity(arity)
                .keys(Keys.one())
                .categories("hash");
    }

    public static List<Command> all() {
        return List.of(
                hash("hset", "2.0.0", -4)
                        .complexity(
                                "O(1) for each field/value pair added, so O(N) to add N field/value"
                                        + " pairs when the command is called with multiple field/value"
                                        + " pairs.")
                        .summary("Set the string value of a hash field")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .access(KeyAccess.of("RW", "update"))
                        .does(Hashes::set),
                Command.named("hmset")
                        .since("2.0.0")
                        .deprecated("4.0.0", "`HSET` with multiple field-value pairs")
                        .group("hash")
                        .arity(-4)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the number of fields being set.")
                        .summary("Set multiple hash fields to multiple values")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("hash")
                        .does(Hashes::setAll),
                Command.named("hsetnx")
                        .since("2.0.0")
                        .group("hash")
                        .arity(4)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Set the value of a hash field, only if the field does not exist")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("hash")
                        .access(KeyAccess.of("RW", "insert"))
                        .does(Hashes::setNew),
                hash("hget", "2.0.0", 3)
                        .complexity("O(1)")
                        .summary("Get the value of a hash field")
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(Hashes::get),
                hash("hlen", "2.0.0", 2)
                        .complexity("O(1)")
                        .summary("Get the number of fields in a hash")
                        .flags(Flag.READONLY, Flag.FAST)
                        .access(KeyAccess.of("RO"))
                        .does(Hashes::length),
                hash("hdel", "2.0.0", -3)
                        .complexity("O(N) where N is the number of fields to be removed.")
                        .summary("Delete one or more hash fields")
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Hashes::delete),
                hash("hgetall", "2.0.0", 2)
                        .complexity("O(N) where N is the size of the hash.")
                        .summary("Get all the fields and values in a hash")
                        .flags(Flag.READONLY)
                        .tips("nondeterministic_output_order")
                        .does(Hashes::getAll));
    }

    private static void set(Call call) {
        call.reply().integer(setFields(call));
    }

    private static void setAll(Call call) {
        setFields(call);
        call.reply().ok();
    }

    private static int setFields(Call call) {
        if (call.count() % 2 != 0) {
            throw new Refusal(
                    "ERR wrong number of arguments for '" + call.command().name() + "' command");
        }
        Key key = call.write(1).require(Item.TYPE_HASH);
        int fresh = put(call, key);
        call.effects().count(call.count() / 2 - 2);
        call.notify(Notification.HASH, "hset", key);
        return fresh;
    }

    private static void setNew(Call call) {
        Key key = call.write(1).require(Item.TYPE_HASH);
        boolean isNew = !HashValue.has(key, call.address(2), call.length(2));
        if (isNew) {
            put(call, key);
            call.notify(Notification.HASH, "hset", key);
        }
        call.reply().flag(isNew);
    }

    /** Sets the field that follows the key to a value that lies outside the hash. */
    static void putOne(Call call, Key key, long value, int length) {
        HashEffects effects = call.effects().hash();
        boolean isTable = HashValue.isTable(key);
        effects.beginPut(key, isTable || needsTable(call, key, length));
        effects.put(key, call.address(2), call.length(2), value, length);
        effects.endPut(key);
    }

    /** Whether a listpack cannot hold the field that follows the key with this value. */
    private static boolean needsTable(Call call, Key key, int valueLength) {
        Config config = call.server().config();
        long longest = config.get(Quantity.HASH_MAX_LISTPACK_VALUE);
        if (call.length(2) > longest || valueLength > longest) {
            return true;
        }
        return HashValue.size(key) >= config.get(Quantity.HASH_MAX_LISTPACK_ENTRIES)
                && !HashValue.has(key, call.address(2), call.length(2));
    }

    /** Sets the fields that follow the key; returns how many are new. */
    private static int put(Call call, Key key) {
        HashEffects effects = call.effects().hash();
        effects.beginPut(key, needsTable(call, key));
        int fresh = 0;
        for (int i = 2; i < call.count(); i += 2) {
            boolean isNew =
                    effects.put(
                            key,
                            call.address(i),
                            call.length(i),
                            call.address(i + 1),
                            call.length(i + 1));
            fresh += isNew ? 1 : 0;
        }
        effects.endPut(key);
        return fresh;
    }

    /** Whether the hash is a table when the arguments' fields are set in it. */
    private static boolean needsTable(Call call, Key key) {
        if (HashValue.isTable(key)) {
            return true;
        }
        Config config = call.server().config();
        Request request = call.request();
        long longest = config.get(Quantity.HASH_MAX_LISTPACK_VALUE);
        for (int i = 2; i < call.count(); i++) {
            if (request.length(i) > longest) {
                return true;
            }
        }
        long most = config.get(Quantity.HASH_MAX_LISTPACK_ENTRIES);
        long size = HashValue.size(key);
        return size + call.count() / 2 - 1 > most && size + newFields(call, key) > most;
    }

    private static int newFields(Call call, Key key) {
        int fresh = 0;
        for (int i = 2; i < call.count(); i += 2) {
            fresh += HashValue.has(key, call.address(i), call.length(i)) ? 0 : 1;
        }
        return fresh;
    }

    private static void get(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        Element value = call.element();
        if (HashValue.get(key, call.address(2), call.length(2), value)) {
            call.reply().bulk(value.address(), value.length());
        } else {
            call.reply().nullBulk();
        }
    }

    private static void length(Call call) {
        call.reply().integer(HashValue.size(call.read(1).require(Item.TYPE_HASH)));
    }

    private static void delete(Call call) {
        Key key = call.write(1).require(Item.TYPE_HASH);
        HashEffects effects = call.effects().hash();
        int deleted = 0;
        for (int i = 2; i < call.count(); i++) {
            deleted += effects.remove(key, call.address(i), call.length(i)) ? 1 : 0;
        }
        if (effects.endRemove(key)) {
            call.effects().count(deleted - 1);
            call.notify(Notification.HASH, "hdel", key);
            if (!key.exists()) {
                call.notify(Notification.GENERIC, "del", key);
            }
        }
        call.reply().integer(deleted);
    }

    private static void getAll(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        call.reply().map((int) HashValue.size(key));
        HashValue.each(
                key,
                call.element(),
                call.otherElement(),
                (field, value) -> {
                    call.reply().bulk(field.address(), field.length());
                    call.reply().bulk(value.address(), value.length());
                });
    }
}
