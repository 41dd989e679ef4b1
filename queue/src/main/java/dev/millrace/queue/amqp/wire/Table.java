package dev.millrace.queue.amqp.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A field table: names and values, in the order in which they came. */
public record Table(Map<String, FieldValue> fields) {
    public static final Table EMPTY = new Table(Map.of());

    public Table {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    public Optional<FieldValue> get(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** A text, if there is one of that name. */
    public Optional<String> text(String name) {
        return fields.get(name) instanceof FieldValue.Text text
                ? Optional.of(text.text())
                : Optional.empty();
    }

    /** An integer, if there is one of that name. */
    public OptionalLong whole(String name) {
        return fields.get(name) instanceof FieldValue.Whole whole
                ? OptionalLong.of(whole.value())
                : OptionalLong.empty();
    }

    /** True if there is a truth value of that name, and it is. */
    public boolean isTrue(String name) {
        return fields.get(name) instanceof FieldValue.Truth truth && truth.value();
    }

    /** A table within; an empty one if there is none of that name. */
    public Table table(String name) {
        return fields.get(name) instanceof FieldValue.Nested nested ? nested.table() : EMPTY;
    }

    /** The same with one more field, or another value for it. */
    public Table with(String name, FieldValue value) {
        Map<String, FieldValue> changed = new LinkedHashMap<>(fields);
        changed.put(name, value);
        return new Table(changed);
    }

    /** The same without a field. */
    public Table without(String name) {
        Map<String, FieldValue> changed = new LinkedHashMap<>(fields);
        changed.remove(name);
        return new Table(changed);
    }

    // ---- For those who build one

    public Table with(String name, String text) {
        return with(name, FieldValue.Text.of(text));
    }

    public Table with(String name, boolean truth) {
        return with(name, new FieldValue.Truth(truth));
    }

    public Table with(String name, long number) {
        return with(name, new FieldValue.Whole('l', number));
    }

    public Table with(String name, Table nested) {
        return with(name, new FieldValue.Nested(nested));
    }
}
