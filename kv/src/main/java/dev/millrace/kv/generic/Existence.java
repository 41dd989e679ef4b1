package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;

import java.util.List;
import java.util.function.IntFunction;

/** DEL, UNLINK, EXISTS, TOUCH. */
public final class Existence {
    private Existence() {}

    private static Command.Builder keys(String name, String since, String summary) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .summary(summary)
                .arity(-2)
                .keys(Keys.range(1, -1, 1))
                .categories("keyspace");
    }

    public static List<Command> all() {
        return List.of(
                keys("del", "1.0.0", "Delete a key")
                        .complexity(
                                "O(N) where N is the number of keys that will be removed. "
                                        + "When a key to remove holds a value other than a string, "
                                        + "the individual complexity for this key is O(M) where M is "
                                        + "the number of elements in the list, set, sorted set or "
                                        + "hash. Removing a single key that holds a string value is "
                                        + "O(1).")
                        .flags(Flag.WRITE)
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .access(KeyAccess.of("RM", "delete"))
                        .does(Existence::delete),
                keys(
                                "unlink",
                                "4.0.0",
                                "Delete a key asynchronously in another thread. Otherwise it is"
                                        + " just as DEL, but non blocking.")
                        .complexity(
                                "O(1) for each key removed regardless of its size. Then the "
                                        + "command does O(N) work in a different thread in order to "
                                        + "reclaim memory, where N is the number of allocations the "
                                        + "deleted objects where composed of.")
                        .flags(Flag.WRITE, Flag.FAST)
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .access(KeyAccess.of("RM", "delete"))
                        .does(Existence::delete),
                keys("exists", "1.0.0", "Determine if a key exists")
                        .complexity("O(N) where N is the number of keys to check.")
                        .flags(Flag.READONLY, Flag.FAST)
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .access(KeyAccess.of("RO"))
                        .does(call -> count(call, call::glance)),
                keys(
                                "touch",
                                "3.2.1",
                                "Alters the last access time of a key(s). Returns the number of"
                                        + " existing keys specified.")
                        .complexity("O(N) where N is the number of keys that will be touched.")
                        .flags(Flag.READONLY, Flag.FAST)
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .access(KeyAccess.of("RO"))
                        .does(call -> count(call, call::read)));
    }

    private static void delete(Call call) {
        int deleted = 0;
        for (int i = 1; i < call.count(); i++) {
            Key key = call.write(i);
            if (key.exists()) {
                call.effects().delete(key);
                call.notify(Notification.GENERIC, "del", key);
                deleted++;
            }
        }
        call.reply().integer(deleted);
    }

    private static void count(Call call, IntFunction<Key> lookUp) {
        int existing = 0;
        for (int i = 1; i < call.count(); i++) {
            if (lookUp.apply(i).exists()) {
                existing++;
            }
        }
        call.reply().integer(existing);
    }
}
