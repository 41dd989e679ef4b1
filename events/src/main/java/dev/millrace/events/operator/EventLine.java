package dev.millrace.events.operator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;

import dev.millrace.events.log.Event;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.JsonText;
import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * An event as one line of JSON.
 *
 * <pre>{@code
 * {"stream":"order-1","revision":0,"position":7,"id":"...","type":"placed","time":"2026-11-25T20:00:00.123Z","data":{"n":1},"meta":null}
 * }</pre>
 *
 * <p>Data and metadata are what they are if they are JSON, and else a text in base64; null if there
 * are none.
 */
final class EventLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long TICKS_PER_SECOND = 10_000_000;
    private static final int NANOS_PER_TICK = 100;

    private EventLine() {}

    static String of(StreamTable streams, long event) {
        StringWriter line = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("stream", streams.name(Event.stream(event)));
            out.writeNumberField("revision", Event.revision(event));
            out.writeNumberField("position", Event.position(event));
            out.writeStringField(
                    "id", new UUID(Event.idHigh(event), Event.idLow(event)).toString());
            out.writeStringField(
                    "type",
                    new String(
                            Memory.bytes(Event.type(event), Event.typeBytes(event)),
                            StandardCharsets.UTF_8));
            out.writeStringField("time", time(Event.created(event)).toString());
            put(out, "data", Memory.bytes(Event.data(event), Event.dataBytes(event)));
            put(out, "meta", Memory.bytes(Event.meta(event), Event.metaBytes(event)));
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return line.toString();
    }

    private static Instant time(long created) {
        return Instant.ofEpochSecond(
                created / TICKS_PER_SECOND, created % TICKS_PER_SECOND * NANOS_PER_TICK);
    }

    private static void put(JsonGenerator out, String name, byte[] bytes) throws IOException {
        out.writeFieldName(name);
        if (bytes.length == 0) {
            out.writeNull();
        } else if (JsonText.is(bytes)) {
            try (JsonParser in = JSON.createParser(bytes)) {
                in.nextToken();
                out.copyCurrentStructure(in);
            }
        } else {
            out.writeString(Base64.getEncoder().encodeToString(bytes));
        }
    }
}
