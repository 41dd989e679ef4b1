package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Who watches which keys of one stripe (WATCH); under the stripe's lock. */
public final class Watches {
    /** Is told that a watched key was changed, from the thread that changed it. */
    public interface Watcher {
        void touched();
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

    /** Tells the watchers of those keys in the database that {@code exists} is true for. */
    public void touchAll(int database, Predicate<byte[]> exists) {
        if (count != 0) {
            Map<Readers.Name, List<Watcher>> keys = byDatabase.get(database);
            if (keys != null) {
                keys.forEach(
                        (key, watchers) -> {
                            if (exists.test(key.bytes())) {
                                watchers.forEach(Watcher::touched);
                            }
                        });
            }
        }
    }
}
