package dev.millrace.registry.catalog;

import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;

import java.nio.charset.StandardCharsets;

/**
 * What a check asks, as JSON in the form in which it was registered; and what each answer about the
 * check tells of that, read once and not for each of them.
 */
public final class Definition {
    /** Nothing is known. */
    public static final Definition NONE = new Definition("", "", "");

    private final String text;
    private final String interval;
    private final String timeout;

    private Definition(String text, String interval, String timeout) {
        this.text = text;
        this.interval = interval;
        this.timeout = timeout;
    }

    /** Of an object as JSON; empty: {@link #NONE}. */
    public static Definition of(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        try {
            Fields fields = Fields.read(text.getBytes(StandardCharsets.UTF_8));
            return new Definition(text, written(fields, "Interval"), written(fields, "Timeout"));
        } catch (MalformedJson none) {
            return new Definition(text, "", "");
        }
    }

    private static String written(Fields fields, String name) {
        try {
            return fields.duration(name);
        } catch (MalformedJson otherType) {
            return "";
        }
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** All of it. */
    public String text() {
        return text;
    }

    /** How often it is asked, as it was written, or empty. */
    public String interval() {
        return interval;
    }

    /** How long an answer may take, as it was written, or empty. */
    public String timeout() {
        return timeout;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Definition definition && text.equals(definition.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
