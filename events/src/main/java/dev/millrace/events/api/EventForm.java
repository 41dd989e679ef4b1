package dev.millrace.events.api;

import dev.millrace.events.log.Event;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.MessageWriter;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** An event as a message: RecordedEvent of streams.proto and persistent.proto, which are alike. */
final class EventForm {
    private static final byte[] TYPE = ascii("type");
    private static final byte[] CREATED = ascii("created");
    private static final byte[] CONTENT_TYPE = ascii("content-type");
    private static final byte[] JSON = ascii("application/json");
    private static final byte[] BINARY = ascii("application/octet-stream");

    private final StreamTable streams;
    private final boolean textIds;

    /**
     * @param textIds whether the reader wants ids as text
     */
    EventForm(StreamTable streams, boolean textIds) {
        this.streams = streams;
        this.textIds = textIds;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** ReadEvent: an event, the link that led to it, and where it stands. */
    void put(MessageWriter out, long event, long link) {
        if (event != 0) {
            put(out, 1, event);
        }
        if (link != 0) {
            put(out, 2, link);
        }
        out.number(3, Event.position(link == 0 ? event : link));
    }

    private void put(MessageWriter out, int field, long event) {
        int begun = out.begin(field);
        putId(out, 1, Event.idHigh(event), Event.idLow(event), textIds);
        int identifier = out.begin(2);
        int stream = Event.stream(event);
        out.bytes(3, streams.nameAddress(stream), streams.nameBytes(stream));
        out.end(identifier);
        out.number(3, Event.revision(event));
        out.number(4, Event.position(event));
        out.number(5, Event.position(event));
        int type = out.begin(6);
        out.bytes(1, TYPE);
        out.bytes(2, Event.type(event), Event.typeBytes(event));
        out.end(type);
        int created = out.begin(6);
        out.bytes(1, CREATED);
        out.text(2, Long.toString(Event.created(event)));
        out.end(created);
        int content = out.begin(6);
        out.bytes(1, CONTENT_TYPE);
        out.bytes(2, (Event.flags(event) & Event.JSON) != 0 ? JSON : BINARY);
        out.end(content);
        if (Event.metaBytes(event) > 0) {
            out.bytes(7, Event.meta(event), Event.metaBytes(event));
        }
        if (Event.dataBytes(event) > 0) {
            out.bytes(8, Event.data(event), Event.dataBytes(event));
        }
        out.end(begun);
    }

    /** UUID of shared.proto. */
    static void putId(MessageWriter out, int field, long high, long low, boolean asText) {
        int id = out.begin(field);
        if (asText) {
            out.text(2, new UUID(high, low).toString());
        } else {
            int structured = out.begin(1);
            out.number(1, high);
            out.number(2, low);
            out.end(structured);
        }
        out.end(id);
    }
}
