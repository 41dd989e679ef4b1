package dev.millrace.sim;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;

/** What the store should be, in a few lines that are plainly right. */
final class Model {
    private final TreeMap<String, String> values = new TreeMap<>();
    private final TreeMap<String, Long> expiries = new TreeMap<>();

    Model copy() {
        Model copy = new Model();
        copy.values.putAll(values);
        copy.expiries.putAll(expiries);
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
        String key = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "GET" -> bulk(values.get(key));
            case "SET" -> {
                values.put(key, words[2]);
                expiries.remove(key);
                if (words.length == 5) {
                    expiries.put(key, now + Long.parseLong(words[4]));
                }
                yield "+OK\r\n";
            }
            case "MSET" -> {
                for (int i = 1; i < words.length; i += 2) {
                    values.put(words[i], words[i + 1]);
                    expiries.remove(words[i]);
                }
                yield "+OK\r\n";
            }
            case "DEL" -> {
                expiries.remove(key);
                yield values.remove(key) == null ? ":0\r\n" : ":1\r\n";
            }
            case "INCR" -> {
                try {
                    long next = number(values.getOrDefault(key, "0")) + 1;
                    values.put(key, Long.toString(next));
                    yield ":" + next + "\r\n";
                } catch (NumberFormatException e) {
                    yield "-ERR value is not an integer or out of range\r\n";
                }
            }
            case "APPEND" -> {
                String longer = values.getOrDefault(key, "") + words[2];
                values.put(key, longer);
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
            default -> throw new AssertionError(command);
        };
    }

    /** A number as it is written, without zeros in front. */
    private static long number(String text) {
        long number = Long.parseLong(text);
        if (!Long.toString(number).equals(text)) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    /** Puts what is at another key; false if nothing is. */
    private boolean put(String key, String from) {
        String value = values.get(from);
        if (value == null) {
            return false;
        }
        values.put(key, value);
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

    Map<String, String> state(long now) {
        hideExpired(now);
        Map<String, String> state = new TreeMap<>();
        values.forEach(
                (key, value) ->
                        state.put(
                                key,
                                value
                                        + (expiries.containsKey(key)
                                                ? " until " + expiries.get(key)
                                                : "")));
        return state;
    }
}
