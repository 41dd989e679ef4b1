package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Who watches which keys of one stripe (WATCH); under the stripe's lock. */
public final class Watches {
    /** What there is of a key. */
    public enum Found {
        NOTHING,
        /** Its time has come, and it is not deleted yet. */
        EXPIRED,
        ALIVE
    }

    /** Is told what happens to a watched key, by the thread that does it. */
    public interface Watcher {
        /** It was changed. */
        void touched();

        /** Its database was emptied, or another took its place. */
        default void replaced(Found before, Found after) {
            if (before != Found.NOTHING || after != Found.NOTHING) {
                touched();
            }
        }
    }

    private final Map<Integer, Map<Readers.Name, List<Watcher>>> byDatabase = new HashMap<>();
    private int count;

    public void add(int database, byte[] key, Watcher watcher) {
        byDatabase
                .computeIfAbsent(database, d -> new HashMap<>())
                .computeIfAbsent(new Readers.Name(key), k -> new ArrayList<>(1))
                .add(watcher);
        count++;
    }

    public void remove(int database, byte[] key, Watcher watcher) {
        Map<Readers.Name, List<Watcher>> keys = byDatabase.getOrDefault(database, Map.of());
        List<Watcher> watchers = keys.get(new Readers.Name(key));
        if (watchers != null && watchers.remove(watcher)) {
            count--;
            if (watchers.isEmpty()) {
                keys.remove(new Readers.Name(key));
            }
        }
    }

    public void touch(int database, long key, int length) {
        if (count != 0) {
            Map<Readers.Name, List<Watcher>> keys = byDatabase.get(database);
            if (keys != null) {
                keys.getOrDefault(new Readers.Name(Memory.bytes(key, length)), List.of())
                        .forEach(Watcher::touched);
            }
        }
    }

    /** Tells the watchers of all keys in the database that another takes its place. */
    public void replaceAll(
            int database, Function<byte[], Found> before, Function<byte[], Found> after) {
        if (count != 0) {
            Map<Readers.Name, List<Watcher>> keys = byDatabase.get(database);
            if (keys != null) {
                keys.forEach(
                        (key, watchers) -> {
                            Found was = before.apply(key.bytes());
                            Found is = after.apply(key.bytes());
                            watchers.forEach(watcher -> watcher.replaced(was, is));
                        });
            }
        }
    }
}
