package dev.millrace.registry.effect;

import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Writes the values of an effect: numbers as varints, texts in UTF-8 behind their length, lists and
 * maps behind their size, maps in the order of their keys.
 */
public final class Form {
    private final NativeBuffer out;

    public Form(NativeBuffer out) {
        this.out = out;
    }

    /** A number from 0 on. */
    public Form number(long value) {
        assert value >= 0 : value;
        out.putVarint(value);
        return this;
    }

    /** All 64 bits of a number. */
    public Form fixed64(long value) {
        out.putLong(value);
        return this;
    }

    public Form flag(boolean value) {
        out.putByte(value ? 1 : 0);
        return this;
    }

    public Form text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public Form bytes(byte[] value) {
        out.putVarint(value.length);
        out.put(value);
        return this;
    }

    public Form texts(Collection<String> values) {
        return list(values, this::text);
    }

    public <T> Form list(Collection<T> values, Consumer<T> each) {
        number(values.size());
        values.forEach(each);
        return this;
    }

    public Form texts(Map<String, String> values) {
        return map(values, (key, value) -> text(key).text(value));
    }

    public <T> Form map(Map<String, T> values, BiConsumer<String, T> each) {
        number(values.size());
        new TreeMap<>(values).forEach(each);
        return this;
    }
}
