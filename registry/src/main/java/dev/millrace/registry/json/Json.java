package dev.millrace.registry.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON (RFC 8259) from and to bytes. */
public final class Json {
    /** Deeper values are refused. */
    public static final int DEPTH_MAX = 64;

    /** No names are remembered: they are a client's. */
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                    .build();

    private Json() {}

    /** Writes one value. */
    @FunctionalInterface
    public interface Writing {
        void to(JsonGenerator out) throws IOException;
    }

    /**
     * One value, and nothing else; in UTF-8, and what is not becomes U+FFFD, as with Go. Jackson
     * would guess the encoding of bytes.
     *
     * @throws MalformedJson if it is none
     */
    public static JsonValue read(byte[] bytes) throws MalformedJson {
        try (JsonParser in = FACTORY.createParser(new String(bytes, StandardCharsets.UTF_8))) {
            if (in.nextToken() == null) {
                throw new MalformedJson("EOF");
            }
            JsonValue value = value(in);
            if (in.nextToken() != null) {
                throw new MalformedJson("invalid character after top-level value");
            }
            return value;
        } catch (JsonProcessingException malformed) {
            throw new MalformedJson(malformed.getOriginalMessage());
        } catch (IOException impossible) {
            throw new AssertionError("bytes have no I/O", impossible);
        }
    }

    private static JsonValue value(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        return switch (token) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> array(in);
            case VALUE_STRING -> new JsonValue.Text(in.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue.Num(in.getText());
            case VALUE_TRUE -> new JsonValue.Bool(true);
            case VALUE_FALSE -> new JsonValue.Bool(false);
            case VALUE_NULL -> new JsonValue.Null();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new AssertionError("no value begins with " + token);
        };
    }

    private static JsonValue object(JsonParser in) throws IOException {
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            fields.put(name, value(in));
        }
        return new JsonValue.Obj(fields);
    }

    private static JsonValue array(JsonParser in) throws IOException {
        List<JsonValue> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(in));
        }
        return new JsonValue.Arr(values);
    }

    /** Writes a value; {@code pretty} indents it by four blanks, as Consul does. */
    public static void write(OutputStream target, boolean pretty, Writing value)
            throws IOException {
        try (JsonGenerator out = FACTORY.createGenerator(target)) {
            if (pretty) {
                out.setPrettyPrinter(indented());
            }
            value.to(out);
        }
    }

    private static DefaultPrettyPrinter indented() {
        DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
        Separators colonAndBlank =
                Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER);
        return new DefaultPrettyPrinter(colonAndBlank)
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter);
    }

    /** The bytes of a value. */
    public static byte[] bytes(Writing value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(bytes, false, value);
        } catch (IOException impossible) {
            throw new AssertionError("bytes have no I/O", impossible);
        }
        return bytes.toByteArray();
    }

    /** The text of a value. */
    public static String text(JsonValue value) {
        return new String(bytes(out -> write(out, value)), StandardCharsets.UTF_8);
    }

    /** Writes a value that was read. */
    public static void write(JsonGenerator out, JsonValue value) throws IOException {
        switch (value) {
            case JsonValue.Obj object -> {
                out.writeStartObject();
                for (Map.Entry<String, JsonValue> field : object.fields().entrySet()) {
                    out.writeFieldName(field.getKey());
                    write(out, field.getValue());
                }
                out.writeEndObject();
            }
            case JsonValue.Arr array -> {
                out.writeStartArray();
                for (JsonValue each : array.values()) {
                    write(out, each);
                }
                out.writeEndArray();
            }
            case JsonValue.Text text -> out.writeString(text.value());
            case JsonValue.Num number -> out.writeNumber(number.text());
            case JsonValue.Bool bool -> out.writeBoolean(bool.value());
            case JsonValue.Null _ -> out.writeNull();
        }
    }
}
