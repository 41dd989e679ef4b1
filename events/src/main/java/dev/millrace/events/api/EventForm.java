package dev.millrace.events.api;

import dev.millrace.events.log.Event;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.MessageWriter;
import dev.millrace.events.wire.PreparedFields;

/** An event as a message: RecordedEvent of streams.proto and persistent.proto, which are alike. */
final class EventForm {
    private static final PreparedFields TYPE = key("type");
    private static final PreparedFields CREATED = key("created");
    private static final PreparedFields JSON = contentType("application/json");
    private static final PreparedFields BINARY = contentType("application/octet-stream");

    /** What an event has beside its type, its metadata and its data, and more. */
    private static final int FRAME_BYTES = 200;

    private final StreamTable streams;
    private final boolean textIds;

    /**
     * @param textIds whether the reader wants ids as text
     */
    EventForm(StreamTable streams, boolean textIds) {
        this.streams = streams;
        this.textIds = textIds;
    }

    /** The key of an entry of the system metadata. */
    private static PreparedFields key(String name) {
        return PreparedFields.of(out -> out.text(1, name));
    }

    /** An entry of the system metadata. */
    private static PreparedFields contentType(String type) {
        return PreparedFields.of(
                out -> {
                    int entry = out.begin(6);
                    out.text(1, "content-type");
                    out.text(2, type);
                    out.end(entry);
                });
    }

    /** About as many bytes as an event takes in a message, for {@link MessageWriter#begin}. */
    static int bytesExpected(long event) {
        return event == 0 ? 0 : Event.bytes(event) + FRAME_BYTES;
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
        int begun = out.begin(field, bytesExpected(event));
        putId(out, 1, Event.idHigh(event), Event.idLow(event), textIds);
        int identifier = out.begin(2);
        int stream = Event.stream(event);
        out.bytes(3, streams.nameAddress(stream), streams.nameBytes(stream));
        out.end(identifier);
        out.number(3, Event.revision(event));
        out.number(4, Event.position(event));
        out.number(5, Event.position(event));
        int type = out.begin(6);
        out.fields(TYPE);
        out.bytes(2, Event.type(event), Event.typeBytes(event));
        out.end(type);
        int created = out.begin(6);
        out.fields(CREATED);
        out.decimal(2, Event.created(event));
        out.end(created);
        out.fields((Event.flags(event) & Event.JSON) != 0 ? JSON : BINARY);
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
            out.uuid(2, high, low);
        } else {
            int structured = out.begin(1);
            out.number(1, high);
            out.number(2, low);
            out.end(structured);
        }
        out.end(id);
    }
}
