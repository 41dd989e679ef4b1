package dev.millrace.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the model has at a key. Two that hold the same are written the same. */
sealed interface Value {
    /** A string. */
    record Text(String text) implements Value {
        @Override
        public Text copy() {
            return this;
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public List<String> sortable() {
            return List.of();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A list. */
    record Elements(List<String> elements) implements Value {
        @Override
        public Elements copy() {
            return new Elements(new ArrayList<>(elements));
        }

        @Override
        public boolean isEmpty() {
            return elements.isEmpty();
        }

        @Override
        public List<String> sortable() {
            return elements;
        }

        @Override
        public String toString() {
            return "list" + elements;
        }
    }

    /** A hash. */
    record Fields(TreeMap<String, String> fields) implements Value {
        @Override
        public Fields copy() {
            return new Fields(new TreeMap<>(fields));
        }

        @Override
        public boolean isEmpty() {
            return fields.isEmpty();
        }

        @Override
        public List<String> sortable() {
            return List.of();
        }

        @Override
        public String toString() {
            return "hash" + fields;
        }
    }

    /** A set. */
    record Members(TreeSet<String> members) implements Value {
        @Override
        public Members copy() {
            return new Members(new TreeSet<>(members));
        }

        @Override
        public boolean isEmpty() {
            return members.isEmpty();
        }

        @Override
        public List<String> sortable() {
            return List.copyOf(members);
        }

        @Override
        public String toString() {
            return "set" + members;
        }
    }

    /** A sorted set; its scores are whole numbers. */
    record Scores(TreeMap<String, Long> scores) implements Value {
        @Override
        public Scores copy() {
            return new Scores(new TreeMap<>(scores));
        }

        @Override
        public boolean isEmpty() {
            return scores.isEmpty();
        }

        @Override
        public List<String> sortable() {
            return List.copyOf(scores.keySet());
        }

        /** By score, and those of one score by name. */
        List<String> ranked() {
            return scores.entrySet().stream()
                    .sorted(
                            Map.Entry.<String, Long>comparingByValue()
                                    .thenComparing(Map.Entry.comparingByKey()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toCollection(ArrayList::new));
        }

        @Override
        public String toString() {
            return "zset" + scores;
        }
    }

    /**
     * A stream, whose entries have one name.
     *
     * @param entries values by the first number of their ID, whose second is 0
     * @param last the last ID there was, alone in it
     */
    record Stream(TreeMap<Long, String> entries, long[] last, TreeMap<String, Group> groups)
            implements Value {
        static Stream empty() {
            return new Stream(new TreeMap<>(), new long[1], new TreeMap<>());
        }

        @Override
        public Stream copy() {
            TreeMap<String, Group> copies = new TreeMap<>();
            groups.forEach((name, group) -> copies.put(name, group.copy()));
            return new Stream(new TreeMap<>(entries), last.clone(), copies);
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public List<String> sortable() {
            return List.of();
        }

        @Override
        public String toString() {
            return "stream" + entries + last[0] + groups;
        }
    }

    /** How far a group has read, and who has what. */
    record Group(long[] last, TreeMap<Long, String> pending) {
        Group copy() {
            return new Group(last.clone(), new TreeMap<>(pending));
        }

        @Override
        public String toString() {
            return last[0] + "" + pending;
        }
    }

    Value copy();

    /** A collection without elements is no more. */
    boolean isEmpty();

    /** What SORT has to sort. */
    List<String> sortable();

    /** As {@code SORT ... ALPHA} orders them. */
    default List<String> sorted() {
        List<String> sorted = new ArrayList<>(sortable());
        sorted.sort(Comparator.naturalOrder());
        return sorted;
    }
}
