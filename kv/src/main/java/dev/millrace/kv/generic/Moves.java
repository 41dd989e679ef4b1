package dev.millrace.kv.generic;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;

import java.util.List;

/** RENAME, RENAMENX, MOVE, COPY: a value gets another key. To move is to copy and delete. */
public final class Moves {
    private Moves() {}

    private static Command.Builder moves(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .complexity("O(1)")
                .arity(arity)
                .cost(Moves::cost)
                .categories("keyspace");
    }

    public static List<Command> all() {
        return List.of(
                moves("rename", "1.0.0", 3)
                        .summary("Rename a key")
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.WRITE)
                        .access(
                                KeyAccess.of("RW", "access", "delete").at(1, 1),
                                KeyAccess.of("OW", "update").at(2, 2))
                        .does(Moves::rename),
                moves("renamenx", "1.0.0", 3)
                        .summary("Rename a key, only if the new key does not exist")
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(
                                KeyAccess.of("RW", "access", "delete").at(1, 1),
                                KeyAccess.of("OW", "insert").at(2, 2))
                        .does(Moves::renameNx),
                moves("move", "1.0.0", 3)
                        .summary("Move a key to another database")
                        .keys(Keys.one())
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(Moves::move),
                moves("copy", "6.2.0", -3)
                        .summary("Copy a key")
                        .complexity(
                                "O(N) worst case for collections, where N is the number of nested"
                                        + " items. O(1) for string values.")
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .access(
                                KeyAccess.of("RO", "access").at(1, 1),
                                KeyAccess.of("OW", "update").at(2, 2))
                        .does(Moves::copy));
    }

    /** A copy and a deletion name the key three times, and what expired in its way once more. */
    private static long cost(Request request) {
        return 4 * (request.bytes() + 32);
    }

    private static boolean isSameKey(Call call) {
        int length = call.length(1);
        return length == call.length(2) && Memory.equal(call.address(1), call.address(2), length);
    }

    private static Key requireKey(Call call) {
        Key key = call.write(1);
        if (!key.exists()) {
            throw Refusal.NO_SUCH_KEY;
        }
        return key;
    }

    private static void rename(Call call) {
        Key from = requireKey(call);
        if (!isSameKey(call)) {
            rename(call, from, call.other(2));
        }
        call.reply().ok();
    }

    private static void renameNx(Call call) {
        Key from = requireKey(call);
        call.reply().flag(!isSameKey(call) && renameIfFree(call, from));
    }

    private static boolean renameIfFree(Call call, Key from) {
        Key to = call.other(2);
        if (to.exists()) {
            return false;
        }
        rename(call, from, to);
        return true;
    }

    private static void rename(Call call, Key from, Key to) {
        call.effects().move(from, to);
        call.notify(Notification.GENERIC, "rename_from", from);
        call.notify(Notification.GENERIC, "rename_to", to);
    }

    private static void move(Call call) {
        if (call.server().isCluster()) {
            throw new Refusal("ERR MOVE is not allowed in cluster mode");
        }
        int database = call.database(2);
        if (database == call.session().database()) {
            throw Refusal.SAME_OBJECT;
        }
        Key from = call.write(1);
        call.reply().flag(from.exists() && move(call, from, database));
    }

    private static boolean move(Call call, Key from, int database) {
        Key to = call.other(1, database);
        if (to.exists()) {
            return false;
        }
        call.effects().move(from, to);
        call.notify(Notification.GENERIC, "move_from", from);
        call.notify(Notification.GENERIC, "move_to", to);
        return true;
    }

    private static void copy(Call call) {
        int database = call.session().database();
        boolean replaces = false;
        for (int i = 3; i < call.count(); i++) {
            if (call.is(i, "REPLACE")) {
                replaces = true;
            } else if (call.is(i, "DB") && i + 1 < call.count()) {
                database = call.database(++i);
            } else {
                throw Refusal.SYNTAX;
            }
        }
        if (database != 0 && call.server().isCluster()) {
            throw new Refusal("ERR Copying to another database is not allowed in cluster mode");
        }
        if (database == call.session().database() && isSameKey(call)) {
            throw Refusal.SAME_OBJECT;
        }
        Key from = call.read(1);
        call.reply().flag(from.exists() && copy(call, from, database, replaces));
    }

    private static boolean copy(Call call, Key from, int database, boolean replaces) {
        Key to = call.other(2, database);
        if (to.exists() && !replaces) {
            return false;
        }
        call.effects().copy(from, to);
        call.notify(Notification.GENERIC, "copy_to", to);
        return true;
    }
}
