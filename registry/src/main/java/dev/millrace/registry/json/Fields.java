package dev.millrace.registry.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of an object as Consul reads them: names are compared regardless of case and of
 * underscores, what is not there or null has the empty value of its type, and a value of another
 * type is refused in the words of Go's decoder.
 */
public final class Fields {
    private final Map<String, JsonValue> byName = new HashMap<>();
    private final JsonValue.Obj source;

    private Fields(JsonValue.Obj source) {
        this.source = source;
        source.fields().forEach((name, value) -> byName.put(fold(name), value));
    }

    /**
     * Of an object.
     *
     * @throws MalformedJson if it is none
     */
    public static Fields of(JsonValue value) throws MalformedJson {
        if (value instanceof JsonValue.Obj object) {
            return new Fields(object);
        }
        throw new MalformedJson(
                "json: cannot unmarshal " + value.kind() + " into Go value of type object");
    }

    /** Of the bytes of an object. */
    public static Fields read(byte[] bytes) throws MalformedJson {
        return of(Json.read(bytes));
    }

    private static String fold(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** What they are the fields of. */
    public JsonValue.Obj source() {
        return source;
    }

    /** The value of a field, if it is there and not null. */
    public Optional<JsonValue> value(String name) {
        return Optional.ofNullable(byName.get(fold(name)))
                .filter(value -> !(value instanceof JsonValue.Null));
    }

    public boolean has(String name) {
        return value(name).isPresent();
    }

    private static MalformedJson wrong(String name, JsonValue value, String type) {
        return new MalformedJson(
                "json: cannot unmarshal "
                        + value.kind()
                        + " into Go struct field ."
                        + name
                        + " of type "
                        + type);
    }

    public String text(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return "";
        }
        if (value.get() instanceof JsonValue.Text text) {
            return text.value();
        }
        throw wrong(name, value.get(), "string");
    }

    public boolean flag(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return false;
        }
        if (value.get() instanceof JsonValue.Bool bool) {
            return bool.value();
        }
        throw wrong(name, value.get(), "bool");
    }

    /** A whole number, 0 if it is not there. */
    public long number(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return 0;
        }
        if (value.get() instanceof JsonValue.Num number) {
            try {
                return Long.parseLong(number.text());
            } catch (NumberFormatException noWholeNumber) {
                throw new MalformedJson(
                        "json: cannot unmarshal number "
                                + number.text()
                                + " into Go struct field ."
                                + name
                                + " of type int");
            }
        }
        throw wrong(name, value.get(), "int");
    }

    /** A whole number of 64 bits without a sign, 0 if it is not there. */
    public long unsigned(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return 0;
        }
        if (value.get() instanceof JsonValue.Num number) {
            try {
                return Long.parseUnsignedLong(number.text());
            } catch (NumberFormatException noWholeNumber) {
                throw wrong(name, value.get(), "uint64");
            }
        }
        throw wrong(name, value.get(), "uint64");
    }

    /** A duration: text as Go writes it, or a number of nanoseconds; empty if it is not there. */
    public String duration(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return "";
        }
        return switch (value.get()) {
            case JsonValue.Text text -> text.value();
            case JsonValue.Num number -> number.text() + "ns";
            case JsonValue.Obj _, JsonValue.Arr _, JsonValue.Bool _, JsonValue.Null _ ->
                    throw wrong(name, value.get(), "time.Duration");
        };
    }

    public List<String> texts(String name) throws MalformedJson {
        List<String> all = new ArrayList<>();
        for (JsonValue each : values(name)) {
            if (!(each instanceof JsonValue.Text text)) {
                throw wrong(name, each, "string");
            }
            all.add(text.value());
        }
        return all;
    }

    /** The elements of a list. */
    public List<JsonValue> values(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof JsonValue.Arr array) {
            return array.values();
        }
        throw wrong(name, value.get(), "[]object");
    }

    /** The objects of a list; those that are null are left out. */
    public List<Fields> objects(String name) throws MalformedJson {
        List<Fields> all = new ArrayList<>();
        for (JsonValue each : values(name)) {
            if (!(each instanceof JsonValue.Null)) {
                all.add(of(each));
            }
        }
        return all;
    }

    /** An object, if it is there. */
    public Optional<Fields> object(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        return value.isEmpty() ? Optional.empty() : Optional.of(of(value.get()));
    }

    /** A map of texts, its keys as they were written. */
    public Map<String, String> textMap(String name) throws MalformedJson {
        Map<String, String> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> each : map(name).entrySet()) {
            if (!(each.getValue() instanceof JsonValue.Text text)) {
                throw wrong(name, each.getValue(), "string");
            }
            all.put(each.getKey(), text.value());
        }
        return all;
    }

    /** A map, its keys as they were written. */
    public Map<String, JsonValue> map(String name) throws MalformedJson {
        Optional<JsonValue> value = value(name);
        if (value.isEmpty()) {
            return Map.of();
        }
        if (value.get() instanceof JsonValue.Obj object) {
            return object.fields();
        }
        throw wrong(name, value.get(), "map[string]string");
    }
}
