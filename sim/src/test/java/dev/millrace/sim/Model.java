package dev.millrace.sim;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;

/** What the store should be, in a few lines that are plainly right. */
final class Model {
    private static final String WRONG_TYPE =
            "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

    /** Where libraries of functions stand in a state. */
    static final String LIBRARY = "library:";

    private final TreeMap<String, Value> values = new TreeMap<>();
    private final TreeMap<String, Long> expiries = new TreeMap<>();

    /** Sources of libraries by their names. */
    private final TreeMap<String, String> libraries = new TreeMap<>();

    private final CollectionsModel collections = new CollectionsModel(values, expiries);

    Model copy() {
        Model copy = new Model();
        values.forEach((key, value) -> copy.values.put(key, value.copy()));
        copy.expiries.putAll(expiries);
        copy.libraries.putAll(libraries);
        return copy;
    }

    private void hideExpired(long now) {
        expiries.entrySet()
                .removeIf(
                        entry -> {
                            boolean gone = entry.getValue() <= now;
                            if (gone) {
                                values.remove(entry.getKey());
                            }
                            return gone;
                        });
    }

    /** Executes a command at a time and returns the reply in RESP2. */
    String execute(String command, long now) {
        hideExpired(now);
        String[] words = command.split(" ");
        try {
            return collections.execute(words).orElseGet(() -> executeOther(now, words));
        } catch (CollectionsModel.WrongType wrong) {
            return WRONG_TYPE;
        }
    }

    private String executeOther(long now, String... words) {
        String key = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "GET" -> bulk(text(key));
            case "SET" -> {
                values.put(key, new Value.Text(words[2]));
                expiries.remove(key);
                if (words.length == 5) {
                    expiries.put(key, now + Long.parseLong(words[4]));
                }
                yield "+OK\r\n";
            }
            case "MSET" -> {
                for (int i = 1; i < words.length; i += 2) {
                    values.put(words[i], new Value.Text(words[i + 1]));
                    expiries.remove(words[i]);
                }
                yield "+OK\r\n";
            }
            case "DEL" -> {
                expiries.remove(key);
                yield values.remove(key) == null ? ":0\r\n" : ":1\r\n";
            }
            case "PEXPIRE" -> {
                if (!values.containsKey(key)) {
                    yield ":0\r\n";
                }
                expiries.put(key, now + Long.parseLong(words[2]));
                yield ":1\r\n";
            }
            case "INCR" -> {
                try {
                    String text = text(key);
                    long next = number(text == null ? "0" : text) + 1;
                    values.put(key, new Value.Text(Long.toString(next)));
                    yield ":" + next + "\r\n";
                } catch (NumberFormatException e) {
                    yield "-ERR value is not an integer or out of range\r\n";
                }
            }
            case "APPEND" -> {
                String text = text(key);
                String longer = (text == null ? "" : text) + words[2];
                values.put(key, new Value.Text(longer));
                yield ":" + longer.length() + "\r\n";
            }
            case "RENAME" -> {
                if (!put(words[2], key)) {
                    yield "-ERR no such key\r\n";
                }
                values.remove(key);
                expiries.remove(key);
                yield "+OK\r\n";
            }
            case "COPY" -> put(words[2], key) ? ":1\r\n" : ":0\r\n";
            case "FLUSHALL" -> {
                values.clear();
                expiries.clear();
                yield "+OK\r\n";
            }
            case "FUNCTION" -> function(words);
            default -> throw new AssertionError(words[0]);
        };
    }

    /** {@code FUNCTION LOAD REPLACE source}, {@code FUNCTION DELETE library}. */
    private String function(String... words) {
        if (words[1].equals("DELETE")) {
            return libraries.remove(words[2]) == null ? "-ERR Library not found\r\n" : "+OK\r\n";
        }
        String name = libraryOf(String.join(" ", words));
        libraries.put(name, words[3].replace('\t', ' '));
        return bulk(name);
    }

    /** The name of the library that such a command is about. */
    static String libraryOf(String command) {
        return command.contains("=")
                ? command.substring(command.indexOf('=') + 1, command.indexOf('\n'))
                : command.substring(command.lastIndexOf(' ') + 1);
    }

    /** The string at a key, or null. */
    private @Nullable String text(String key) {
        return switch (values.get(key)) {
            case null -> null;
            case Value.Text(String text) -> text;
            case Value.Elements _,
                    Value.Fields _,
                    Value.Members _,
                    Value.Scores _,
                    Value.Stream _ ->
                    throw new CollectionsModel.WrongType();
        };
    }

    /** A number as it is written, without zeros in front. */
    static long number(String text) {
        long number = Long.parseLong(text);
        if (!Long.toString(number).equals(text)) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    /** Puts what is at another key; false if nothing is. */
    private boolean put(String key, String from) {
        Value value = values.get(from);
        if (value == null) {
            return false;
        }
        values.put(key, value.copy());
        Long expiry = expiries.get(from);
        if (expiry == null) {
            expiries.remove(key);
        } else {
            expiries.put(key, expiry);
        }
        return true;
    }

    private static String bulk(@Nullable String value) {
        return value == null ? "$-1\r\n" : "$" + value.length() + "\r\n" + value + "\r\n";
    }

    /** What is at a key, with its expiry, or a library's source; empty if there is nothing. */
    String shown(String key) {
        if (key.startsWith(LIBRARY)) {
            return libraries.getOrDefault(key.substring(LIBRARY.length()), "");
        }
        Value value = values.get(key);
        if (value == null) {
            return "";
        }
        Long expiry = expiries.get(key);
        return value + (expiry == null ? "" : " until " + expiry);
    }

    Map<String, String> state(long now) {
        hideExpired(now);
        Map<String, String> state = new TreeMap<>();
        values.keySet().forEach(key -> state.put(key, shown(key)));
        libraries.forEach((name, source) -> state.put(LIBRARY + name, source));
        return state;
    }
}
