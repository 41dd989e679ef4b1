package dev.millrace.events.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Properties of a record of protocol v2, which are google.protobuf.Value by name, as the JSON that
 * an event's metadata is to whoever reads it.
 */
final class PropertyJson {
    /** Lists and structures in one another; as deep as protobuf.dev lets messages be. */
    private static final int DEPTH_MAX = 100;

    /** A double has every whole number up to here. */
    private static final double WHOLE_MAX = 1L << 53;

    private static final JsonFactory JSON = new JsonFactory();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final JsonGenerator out;

    PropertyJson() {
        try {
            out = JSON.createGenerator(bytes);
            out.writeStartObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Adds a property as an entry of {@code map<string, Value>}.
     *
     * @throws MalformedMessage if it has no name, or its value no type
     */
    void add(MessageReader entry) {
        try {
            field(entry, 1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    void add(String name, String value) {
        try {
            out.writeStringField(name, value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** All of it. */
    byte[] end() {
        try {
            out.writeEndObject();
            out.close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void field(MessageReader entry, int depth) throws IOException {
        String name = "";
        MessageReader value = new MessageReader(0, 0);
        while (entry.next()) {
            switch (entry.field()) {
                case 1 -> name = entry.text();
                case 2 -> value = entry.message();
                default -> {
                    // A later version's.
                }
            }
        }
        if (name.isEmpty()) {
            throw new MalformedMessage("Property keys must not be empty.");
        }
        out.writeFieldName(name);
        value(value, depth);
    }

    private void value(MessageReader in, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new MalformedMessage("properties: deeper than " + DEPTH_MAX);
        }
        if (!in.next()) {
            throw new MalformedMessage("Property values must have a type set.");
        }
        switch (in.field()) {
            case 1 -> out.writeNull();
            case 2 -> number(in.real());
            case 3 -> out.writeString(in.text());
            case 4 -> out.writeBoolean(in.flag());
            case 5 -> structure(in.message(), depth + 1);
            case 6 -> list(in.message(), depth + 1);
            default -> throw new MalformedMessage("Property values must have a type set.");
        }
    }

    private void number(double value) throws IOException {
        if (value == Math.rint(value) && Math.abs(value) <= WHOLE_MAX) {
            out.writeNumber((long) value);
        } else {
            // What is no number becomes a text.
            out.writeNumber(value);
        }
    }

    private void structure(MessageReader in, int depth) throws IOException {
        out.writeStartObject();
        while (in.next()) {
            if (in.field() == 1) {
                field(in.message(), depth);
            }
        }
        out.writeEndObject();
    }

    private void list(MessageReader in, int depth) throws IOException {
        out.writeStartArray();
        while (in.next()) {
            if (in.field() == 1) {
                value(in.message(), depth);
            }
        }
        out.writeEndArray();
    }
}
