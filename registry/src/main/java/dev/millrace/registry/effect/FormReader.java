package dev.millrace.registry.effect;

import dev.millrace.kernel.journal.EffectReader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads what {@link Form} writes. */
public final class FormReader extends EffectReader {
    public FormReader() {
        super("registry");
    }

    public boolean flag() {
        return unsignedByte() != 0;
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public int number32() {
        long value = varint();
        if (value > Integer.MAX_VALUE) {
            throw damaged("number " + value + " (expected: <= " + Integer.MAX_VALUE + ")");
        }
        return (int) value;
    }

    public List<String> texts() {
        return list(this::text);
    }

    public <T> List<T> list(Supplier<T> each) {
        int size = length();
        List<T> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(each.get());
        }
        return values;
    }

    public Map<String, String> textMap() {
        return map(this::text);
    }

    public <T> Map<String, T> map(Supplier<T> each) {
        int size = length();
        Map<String, T> values = new HashMap<>();
        for (int i = 0; i < size; i++) {
            values.put(text(), each.get());
        }
        return values;
    }
}
