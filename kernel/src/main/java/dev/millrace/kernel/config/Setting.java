package dev.millrace.kernel.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One declared configuration key: its type, its default, what it may be, and one line that explains
 * it. Rooms keep theirs as constants; a key that no room declares is an error in a file.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");
    private static final long COUNT_MAX = Integer.MAX_VALUE;
    private static final Duration DURATION_MAX = Duration.ofDays(36_500);

    private final String key;
    private final Form<T> form;
    private final T standard;
    private final String doc;
    private final boolean port;

    private Setting(String key, Form<T> form, T standard, String doc, boolean port) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("key: " + key + " (expected: " + KEY + ")");
        }
        this.key = key;
        this.form = form;
        this.standard = standard;
        this.doc = doc;
        this.port = port;
    }

    /** A port to listen on: 0 to 65535, 0 picks a free one. {@code --port-offset} moves it. */
    public static Setting<Integer> port(String key, int standard, String doc) {
        return new Setting<>(key, Form.port(), standard, doc, true);
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    public static Setting<Long> count(
            String key, long standard, long least, long most, String doc) {
        return new Setting<>(key, Form.count(least, most), standard, doc, false);
    }

    /** A whole number from 0 to 2147483647. */
    public static Setting<Long> count(String key, long standard, String doc) {
        return count(key, standard, 0, COUNT_MAX, doc);
    }

    /**
     * An amount of memory or disk in bytes; written with Redis's units, {@code 1k}, {@code 1kb}.
     */
    public static Setting<Long> bytes(
            String key, long standardBytes, long leastBytes, long mostBytes, String doc) {
        return new Setting<>(key, Form.bytes(leastBytes, mostBytes), standardBytes, doc, false);
    }

    /** An amount of memory or disk, 0 bytes and more. */
    public static Setting<Long> bytes(String key, long standardBytes, String doc) {
        return bytes(key, standardBytes, 0, Long.MAX_VALUE, doc);
    }

    /** A duration of whole milliseconds, written {@code 500ms}, {@code 10s}, {@code 5m}. */
    public static Setting<Duration> duration(
            String key, Duration standard, Duration least, Duration most, String doc) {
        return new Setting<>(key, Form.duration(least, most), standard, doc, false);
    }

    /** A duration from 0, which rooms read as "never", to a hundred years. */
    public static Setting<Duration> duration(String key, Duration standard, String doc) {
        return duration(key, standard, Duration.ZERO, DURATION_MAX, doc);
    }

    /** {@code true} or {@code false}. */
    public static Setting<Boolean> flag(String key, boolean standard, String doc) {
        return new Setting<>(key, Form.flag(), standard, doc, false);
    }

    /** One of the listed words. */
    public static Setting<String> choice(
            String key, String standard, List<String> choices, String doc) {
        if (!choices.contains(standard)) {
            throw new IllegalArgumentException(
                    key + ": " + standard + " (expected: one of " + choices + ")");
        }
        return new Setting<>(key, Form.choice(choices), standard, doc, false);
    }

    /** One of an enum's constants, written in lower case. */
    public static <E extends Enum<E>> Setting<E> choice(String key, E standard, String doc) {
        return new Setting<>(key, Form.choice(standard.getDeclaringClass()), standard, doc, false);
    }

    /** Any text, also none. */
    public static Setting<String> text(String key, String standard, String doc) {
        return new Setting<>(key, Form.text(), standard, doc, false);
    }

    /** The name in a file and on the command line, such as {@code kv.resp.port}. */
    public String key() {
        return key;
    }

    /** The value when none is given. */
    public T standard() {
        return standard;
    }

    /** One line for the reader of a list of settings. */
    public String doc() {
        return doc;
    }

    /** What may be given, in words. */
    public String expected() {
        return form.expected();
    }

    /** The value that a text means, or nothing when it is not allowed. */
    public Optional<T> read(String text) {
        return form.reader().apply(text);
    }

    /** The text that means a value. */
    public String write(T value) {
        return form.writer().apply(value);
    }

    boolean isPort() {
        return port;
    }

    @Override
    public String toString() {
        return key;
    }
}
