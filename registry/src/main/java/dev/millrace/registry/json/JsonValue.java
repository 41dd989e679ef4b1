package dev.millrace.registry.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of JSON. */
public sealed interface JsonValue {
    /** Its fields in their order; of two with one name the last. */
    record Obj(Map<String, JsonValue> fields) implements JsonValue {
        public Obj {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }

    record Arr(List<JsonValue> values) implements JsonValue {
        public Arr {
            values = List.copyOf(values);
        }
    }

    record Text(String value) implements JsonValue {}

    /** A number as it was written. */
    record Num(String text) implements JsonValue {}

    record Bool(boolean value) implements JsonValue {}

    record Null() implements JsonValue {}

    /** What Go's decoder calls its kind, in messages. */
    default String kind() {
        return switch (this) {
            case Obj _ -> "object";
            case Arr _ -> "array";
            case Text _ -> "string";
            case Num _ -> "number";
            case Bool _ -> "bool";
            case Null _ -> "null";
        };
    }
}
