package dev.millrace.queue.nsq.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;

/** JSON as text. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** Writes something. */
    @FunctionalInterface
    interface Writing {
        void to(JsonGenerator out) throws IOException;
    }

    /** An object with the fields that are written. */
    static String object(Writing fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            out.writeStartObject();
            fields.to(out);
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new AssertionError("a string has no I/O", impossible);
        }
        return text.toString();
    }

    static void strings(JsonGenerator out, String name, Collection<String> values)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }
}
