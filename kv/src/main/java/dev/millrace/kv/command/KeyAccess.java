package dev.millrace.kv.command;

import java.util.List;

/**
 * How a command treats its keys, as COMMAND INFO tells it: Redis's words for access ({@code RO},
 * {@code RW}, {@code OW}, {@code RM}) and for what becomes of the value ({@code access}, {@code
 * update}, {@code insert}, {@code delete}).
 *
 * @param first index of the first of these keys, 0 for all that the command declares
 * @param last index of the last, negative to count from the end
 * @param notes what is to be said about it; empty most of the time
 */
public record KeyAccess(int first, int last, List<String> words, String notes) {
    /** The word for channels, which stand where others have keys. */
    private static final String NOT_KEY = "not_key";

    public KeyAccess {
        words = List.copyOf(words);
    }

    /** The access to all keys. */
    public static KeyAccess of(String... words) {
        return new KeyAccess(0, 0, List.of(words), "");
    }

    /** The same access, to these keys alone. */
    public KeyAccess at(int first, int last) {
        return new KeyAccess(first, last, words, notes);
    }

    /** The same access with a remark. */
    public KeyAccess noted(String remark) {
        return new KeyAccess(first, last, words, remark);
    }

    /** The value, or something of it, is read. */
    public boolean reads() {
        return words.contains("access");
    }

    /** The value is changed. */
    public boolean writes() {
        return words.contains("update") || words.contains("insert") || words.contains("delete");
    }

    /** True for the names of channels. */
    public boolean isChannels() {
        return words.contains(NOT_KEY);
    }
}
