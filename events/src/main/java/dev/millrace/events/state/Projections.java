package dev.millrace.events.state;

import dev.millrace.events.log.Event;
import dev.millrace.events.log.LinkForm;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * Which derived streams an event is in: KurrentDB's system projections as a function of the event,
 * for live appends and replay alike.
 *
 * <pre>
 * $ce-CATEGORY         every event of the streams CATEGORY-...; the category ends before the first '-'
 * $et-TYPE             every event of the type that is no link
 * $et-$deleted         what deletes a stream: its tombstone, or the metadata that says so
 * $streams             the first event of every stream
 * $category-CATEGORY   the names of the streams CATEGORY-...
 * </pre>
 *
 * <p>Streams whose names begin with {@code $} are in none, nor is their metadata. The metadata of
 * others is in {@code $et-$metadata} and {@code $streams}, and, if it deletes its stream, in the
 * category of that.
 */
final class Projections {
    /** Told of a derived stream that has the event. */
    @FunctionalInterface
    interface Sink {
        void isIn(int derived);
    }

    private static final byte[] CATEGORY_EVENTS = ascii("$ce-");
    private static final byte[] TYPE_EVENTS = ascii("$et-");
    private static final byte[] CATEGORY_STREAMS = ascii("$category-");
    private static final byte[] STREAMS = ascii("$streams");
    private static final byte[] DELETED = ascii("$et-$deleted");
    private static final byte[] TOMBSTONE_TYPE = ascii("$streamDeleted");

    private final StreamTable streams;
    private final NativeBuffer scratch = new NativeBuffer(256);

    Projections(StreamTable streams) {
        this.streams = streams;
        streams.derive();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** True if a name is a derived stream's, whether it has events or not. */
    static boolean isReserved(long name, int bytes) {
        return begins(name, bytes, CATEGORY_EVENTS)
                || begins(name, bytes, TYPE_EVENTS)
                || begins(name, bytes, CATEGORY_STREAMS)
                || bytes == STREAMS.length && begins(name, bytes, STREAMS);
    }

    private static boolean begins(long name, int bytes, byte[] text) {
        if (bytes < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (Memory.getByte(name + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** Tells of every derived stream that has the event; one at most of each kind. */
    void project(int stream, long revision, Event.Draft draft, Sink sink) {
        long name = streams.nameAddress(stream);
        int nameBytes = streams.nameBytes(stream);
        boolean meta = StreamTable.isMeta(name, nameBytes);
        long subject = meta ? name + 2 : name;
        int subjectBytes = meta ? nameBytes - 2 : nameBytes;
        if (Memory.getByte(subject) == '$') {
            return;
        }
        boolean deletes = deletes(meta, draft);
        byType(draft, deletes, sink);
        int category = category(subject, subjectBytes);
        if (category > 0 && (deletes || !meta)) {
            sink.isIn(derived(CATEGORY_EVENTS, subject, category));
        }
        if (revision == 0) {
            sink.isIn(derived(STREAMS, name, 0));
            if (category > 0 && !meta) {
                sink.isIn(derived(CATEGORY_STREAMS, subject, category));
            }
        }
    }

    private static boolean deletes(boolean meta, Event.Draft draft) {
        if (meta) {
            return Metadata.isType(draft.type(), draft.typeBytes())
                    && Metadata.limits(draft.data(), draft.dataBytes()).isDeleted();
        }
        return draft.typeBytes() == TOMBSTONE_TYPE.length
                && begins(draft.type(), draft.typeBytes(), TOMBSTONE_TYPE);
    }

    private void byType(Event.Draft draft, boolean deletes, Sink sink) {
        if (deletes) {
            sink.isIn(derived(DELETED, draft.type(), 0));
        } else if (!LinkForm.isLink(draft.type(), draft.typeBytes())
                && draft.typeBytes() + TYPE_EVENTS.length <= StreamTable.NAME_BYTES_MAX) {
            sink.isIn(derived(TYPE_EVENTS, draft.type(), draft.typeBytes()));
        }
    }

    /** The bytes before the first separator, 0 if there is no category. */
    private static int category(long name, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (Memory.getByte(name + i) == '-') {
                return i + CATEGORY_STREAMS.length <= StreamTable.NAME_BYTES_MAX ? i : 0;
            }
        }
        return 0;
    }

    private int derived(byte[] prefix, long rest, int restBytes) {
        scratch.clear();
        scratch.put(prefix);
        scratch.put(rest, restBytes);
        return streams.findOrAddDerived(scratch.address(), (int) scratch.length());
    }
}
