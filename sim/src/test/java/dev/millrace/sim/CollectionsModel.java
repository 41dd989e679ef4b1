package dev.millrace.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What commands on lists, hashes, sets and sorted sets do to the model. */
final class CollectionsModel {
    private static final String NONE = ":0\r\n";
    private static final String NIL = "$-1\r\n";

    /** A key has a value of another type. */
    static final class WrongType extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final Map<String, Value> values;
    private final Map<String, Long> expiries;

    CollectionsModel(Map<String, Value> values, Map<String, Long> expiries) {
        this.values = values;
        this.expiries = expiries;
    }

    /** Executes a command and returns its reply, or nothing if it is about no collection. */
    Optional<String> execute(String... words) {
        String key = words.length > 1 ? words[1] : "";
        Optional<String> reply =
                switch (words[0]) {
                    case "RPUSH", "LPUSH", "LPOP", "RPOP", "LMOVE", "LSET", "LTRIM", "LREM" ->
                            Optional.of(list(key, words));
                    case "HSET", "HDEL", "HGET", "HINCRBY" -> Optional.of(hash(key, words));
                    case "SADD", "SREM", "SMOVE", "SUNIONSTORE", "SINTERSTORE" ->
                            Optional.of(set(key, words));
                    case "ZADD", "ZREM", "ZINCRBY", "ZREMRANGEBYRANK", "ZSCORE" ->
                            Optional.of(sortedSet(key, words));
                    case "SORT" -> Optional.of(sort(key, words[4]));
                    case "XADD", "XDEL", "XTRIM", "XLEN", "XACK" -> Optional.of(stream(key, words));
                    case "XGROUP" -> Optional.of(group(words));
                    case "XREADGROUP" -> Optional.of(readGroup(words));
                    default -> Optional.empty();
                };
        values.values().removeIf(Value::isEmpty);
        expiries.keySet().retainAll(values.keySet());
        return reply;
    }

    private <T extends Value> T at(String key, Class<T> type, Supplier<T> empty) {
        Value value = values.get(key);
        if (value == null) {
            return empty.get();
        }
        if (!type.isInstance(value)) {
            throw new WrongType();
        }
        return type.cast(value);
    }

    private static String number(long number) {
        return ":" + number + "\r\n";
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    // ---- Lists

    private Value.Elements listAt(String key) {
        return at(key, Value.Elements.class, () -> new Value.Elements(new ArrayList<>()));
    }

    private String list(String key, String... words) {
        Value.Elements list = listAt(key);
        List<String> elements = list.elements();
        return switch (words[0]) {
            case "RPUSH", "LPUSH" -> {
                for (int i = 2; i < words.length; i++) {
                    elements.add(words[0].equals("RPUSH") ? elements.size() : 0, words[i]);
                }
                values.put(key, list);
                yield number(elements.size());
            }
            case "LPOP" -> elements.isEmpty() ? NIL : bulk(elements.removeFirst());
            case "RPOP" -> elements.isEmpty() ? NIL : bulk(elements.removeLast());
            case "LMOVE" -> {
                if (elements.isEmpty()) {
                    yield NIL;
                }
                Value.Elements onto = listAt(words[2]);
                String element = elements.removeFirst();
                onto.elements().add(element);
                values.put(words[2], onto);
                yield bulk(element);
            }
            case "LSET" -> {
                int index = Integer.parseInt(words[2]);
                if (elements.isEmpty()) {
                    yield "-ERR no such key\r\n";
                }
                if (index >= elements.size()) {
                    yield "-ERR index out of range\r\n";
                }
                elements.set(index, words[3]);
                yield "+OK\r\n";
            }
            case "LTRIM" -> {
                int from = Math.min(Integer.parseInt(words[2]), elements.size());
                int to = Math.min(Integer.parseInt(words[3]) + 1, elements.size());
                List<String> kept = new ArrayList<>(elements.subList(from, Math.max(from, to)));
                elements.clear();
                elements.addAll(kept);
                yield "+OK\r\n";
            }
            case "LREM" -> number(elements.remove(words[3]) ? 1 : 0);
            default -> throw new AssertionError(words[0]);
        };
    }

    // ---- Hashes

    private String hash(String key, String... words) {
        Value.Fields hash = at(key, Value.Fields.class, () -> new Value.Fields(new TreeMap<>()));
        TreeMap<String, String> fields = hash.fields();
        return switch (words[0]) {
            case "HSET" -> {
                int before = fields.size();
                for (int i = 2; i < words.length; i += 2) {
                    fields.put(words[i], words[i + 1]);
                }
                values.put(key, hash);
                yield number(fields.size() - before);
            }
            case "HDEL" -> {
                int before = fields.size();
                for (int i = 2; i < words.length; i++) {
                    fields.remove(words[i]);
                }
                yield number(before - fields.size());
            }
            case "HGET" -> fields.containsKey(words[2]) ? bulk(fields.get(words[2])) : NIL;
            case "HINCRBY" -> {
                try {
                    long next =
                            Model.number(fields.getOrDefault(words[2], "0"))
                                    + Long.parseLong(words[3]);
                    fields.put(words[2], Long.toString(next));
                    values.put(key, hash);
                    yield number(next);
                } catch (NumberFormatException e) {
                    yield "-ERR hash value is not an integer\r\n";
                }
            }
            default -> throw new AssertionError(words[0]);
        };
    }

    // ---- Sets

    private Value.Members setAt(String key) {
        return at(key, Value.Members.class, () -> new Value.Members(new TreeSet<>()));
    }

    private String set(String key, String... words) {
        return switch (words[0]) {
            case "SADD", "SREM" -> {
                Value.Members set = setAt(key);
                int changed = 0;
                for (int i = 2; i < words.length; i++) {
                    boolean adds = words[0].equals("SADD");
                    boolean did =
                            adds ? set.members().add(words[i]) : set.members().remove(words[i]);
                    changed += did ? 1 : 0;
                }
                values.put(key, set);
                yield number(changed);
            }
            case "SMOVE" -> {
                if (!values.containsKey(key)) {
                    yield NONE;
                }
                Value.Members from = setAt(key);
                Value.Members onto = setAt(words[2]);
                if (!from.members().remove(words[3])) {
                    yield NONE;
                }
                onto.members().add(words[3]);
                values.put(words[2], onto);
                yield number(1);
            }
            case "SUNIONSTORE" -> {
                TreeSet<String> union = new TreeSet<>(setAt(words[2]).members());
                union.addAll(setAt(words[3]).members());
                yield store(key, new Value.Members(union), union.size());
            }
            case "SINTERSTORE" -> {
                TreeSet<String> common = new TreeSet<>(setAt(words[2]).members());
                common.retainAll(setAt(words[3]).members());
                yield store(key, new Value.Members(common), common.size());
            }
            default -> throw new AssertionError(words[0]);
        };
    }

    private String store(String key, Value value, int size) {
        values.put(key, value);
        expiries.remove(key);
        return number(size);
    }

    /** {@code SORT key ALPHA STORE destination}. */
    private String sort(String key, String destination) {
        Value value = values.get(key);
        if (value instanceof Value.Text
                || value instanceof Value.Fields
                || value instanceof Value.Stream) {
            throw new WrongType();
        }
        List<String> sorted = value == null ? new ArrayList<>() : value.sorted();
        return store(destination, new Value.Elements(sorted), sorted.size());
    }

    // ---- Streams

    private Value.Stream streamAt(String key) {
        return at(key, Value.Stream.class, Value.Stream::empty);
    }

    private String stream(String key, String... words) {
        Value.Stream stream = streamAt(key);
        TreeMap<Long, String> entries = stream.entries();
        int before = entries.size();
        return switch (words[0]) {
            case "XADD" -> {
                long id = Long.parseLong(words[2]);
                if (id <= stream.last()[0]) {
                    yield "-ERR The ID specified in XADD is equal or smaller than the target stream"
                            + " top item\r\n";
                }
                entries.put(id, words[4]);
                stream.last()[0] = id;
                values.put(key, stream);
                yield bulk(id + "-0");
            }
            case "XDEL" -> {
                for (int i = 2; i < words.length; i++) {
                    entries.remove(Long.parseLong(words[i]));
                }
                yield number(before - entries.size());
            }
            case "XTRIM" -> {
                while (entries.size() > Integer.parseInt(words[3])) {
                    entries.pollFirstEntry();
                }
                yield number(before - entries.size());
            }
            case "XLEN" -> number(before);
            case "XACK" -> {
                Value.Group group = stream.groups().get(words[2]);
                int acknowledged = 0;
                for (int i = 3; i < words.length && group != null; i++) {
                    boolean was = group.pending().remove(Long.parseLong(words[i])) != null;
                    acknowledged += was ? 1 : 0;
                }
                yield number(acknowledged);
            }
            default -> throw new AssertionError(words[0]);
        };
    }

    private String group(String... words) {
        return words[1].equals("CREATE")
                ? createGroup(words[2], words[3])
                : destroyGroup(words[2], words[3]);
    }

    /** {@code XGROUP DESTROY key group}. */
    private String destroyGroup(String key, String name) {
        Value.Stream stream = streamAt(key);
        if (!values.containsKey(key)) {
            return "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you"
                    + " may want to use the MKSTREAM option to create an empty stream"
                    + " automatically.\r\n";
        }
        return stream.groups().remove(name) == null ? NONE : number(1);
    }

    /** {@code XGROUP CREATE key group 0 MKSTREAM}. */
    private String createGroup(String key, String name) {
        Value.Stream stream = streamAt(key);
        values.put(key, stream);
        Value.Group group = new Value.Group(new long[1], new TreeMap<>());
        return stream.groups().putIfAbsent(name, group) == null
                ? "+OK\r\n"
                : "-BUSYGROUP Consumer Group name already exists\r\n";
    }

    /** {@code XREADGROUP GROUP group consumer COUNT count STREAMS key >}. */
    private String readGroup(String... words) {
        String key = words[7];
        Value.Stream stream = streamAt(key);
        Value.Group group = stream.groups().get(words[2]);
        if (group == null) {
            return "-NOGROUP No such key '%s' or consumer group '%s' in XREADGROUP with GROUP option\r\n"
                    .formatted(key, words[2]);
        }
        StringBuilder entries = new StringBuilder();
        int read = 0;
        for (Map.Entry<Long, String> entry :
                stream.entries().tailMap(group.last()[0], false).entrySet()) {
            if (read == Integer.parseInt(words[5])) {
                break;
            }
            read++;
            group.last()[0] = entry.getKey();
            group.pending().put(entry.getKey(), words[3]);
            entries.append("*2\r\n").append(bulk(entry.getKey() + "-0"));
            entries.append("*2\r\n").append(bulk("f")).append(bulk(entry.getValue()));
        }
        return read == 0 ? "*-1\r\n" : "*1\r\n*2\r\n" + bulk(key) + "*" + read + "\r\n" + entries;
    }

    // ---- Sorted sets

    private String sortedSet(String key, String... words) {
        Value.Scores set = at(key, Value.Scores.class, () -> new Value.Scores(new TreeMap<>()));
        TreeMap<String, Long> scores = set.scores();
        int before = scores.size();
        return switch (words[0]) {
            case "ZADD" -> {
                for (int i = 2; i < words.length; i += 2) {
                    scores.put(words[i + 1], Long.parseLong(words[i]));
                }
                values.put(key, set);
                yield number(scores.size() - before);
            }
            case "ZREM" -> {
                for (int i = 2; i < words.length; i++) {
                    scores.remove(words[i]);
                }
                yield number(before - scores.size());
            }
            case "ZINCRBY" -> {
                long score = scores.getOrDefault(words[3], 0L) + Long.parseLong(words[2]);
                scores.put(words[3], score);
                values.put(key, set);
                yield bulk(Long.toString(score));
            }
            case "ZREMRANGEBYRANK" -> {
                List<String> ranked = set.ranked();
                int from = Math.min(Integer.parseInt(words[2]), before);
                int to = Math.min(Integer.parseInt(words[3]) + 1, before);
                ranked.subList(from, Math.max(from, to)).forEach(scores::remove);
                yield number(before - scores.size());
            }
            case "ZSCORE" ->
                    scores.containsKey(words[2]) ? bulk(scores.get(words[2]).toString()) : NIL;
            default -> throw new AssertionError(words[0]);
        };
    }
}
