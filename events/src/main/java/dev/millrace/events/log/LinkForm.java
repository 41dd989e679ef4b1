package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * What readers see of a derived stream: an event that nobody appended, made of the event that it
 * leads to (its <em>target</em>) while it is read.
 *
 * <pre>
 * $ce, $et, $streams   $&gt;   REVISION@STREAM; of a link in a category: what that link has
 * $category            $@   STREAM
 * </pre>
 *
 * <p>Its position and its time are the target's. Its id is made of the target's and of the kind, so
 * that it is the same whenever it is read.
 */
public final class LinkForm {
    private static final byte[] LINK = {'$', '>'};
    private static final byte[] REFERENCE = {'$', '@'};
    private static final byte[] DELETED = "$et-$deleted".getBytes(StandardCharsets.US_ASCII);

    private static final int TARGET_BYTES = Long.BYTES;

    private enum Kind {
        CATEGORY(0x1E3779B97F4A7C15L),
        TYPE(0x2545F4914F6CDD1DL),
        STREAMS(0x14D049BB133111EBL),
        REFERENCE(0x3F58476D1CE4E5B9L);

        /** What makes ids of it; the variant of a UUID stays as it is. */
        final long mix;

        Kind(long mix) {
            this.mix = mix;
        }
    }

    private final StreamTable streams;
    private final NativeBuffer text = new NativeBuffer(256);
    private final NativeBuffer made = new NativeBuffer(512);

    LinkForm(StreamTable streams) {
        this.streams = streams;
    }

    /** True if it is the type of links. */
    public static boolean isLink(long type, int bytes) {
        return bytes == LINK.length
                && Memory.getByte(type) == LINK[0]
                && Memory.getByte(type + 1) == LINK[1];
    }

    /** The event that one of a derived stream leads to; it is there as long as that one is. */
    public static long target(long event) {
        assert StreamTable.isDerived(Event.stream(event)) : "an event that was appended";
        return Memory.getLong(event - TARGET_BYTES);
    }

    /** The event of a derived stream that leads to the target. The next one takes its place. */
    long of(int stream, long revision, long target) {
        Kind kind = kind(stream);
        byte[] type = kind == Kind.REFERENCE ? REFERENCE : LINK;
        text.clear();
        text.put(type);
        putData(kind, stream, target);
        Event.Draft draft =
                new Event.Draft(
                        Event.idHigh(target),
                        Event.idLow(target) ^ kind.mix,
                        Event.created(target),
                        0,
                        text.address(),
                        type.length,
                        text.address(),
                        0,
                        text.address() + type.length,
                        (int) text.length() - type.length);
        made.clear();
        made.putLong(target);
        long at = made.room(draft.bytes());
        Event.write(at, stream, revision, Event.position(target), draft);
        return at;
    }

    private Kind kind(int stream) {
        long name = streams.nameAddress(stream);
        return switch (Memory.getByte(name + 1)) {
            case 'e' -> Kind.TYPE;
            case 's' -> Kind.STREAMS;
            default -> Memory.getByte(name + 2) == 'e' ? Kind.CATEGORY : Kind.REFERENCE;
        };
    }

    private void putData(Kind kind, int stream, long target) {
        if (kind == Kind.CATEGORY && isLink(Event.type(target), Event.typeBytes(target))) {
            text.put(Event.data(target), Event.dataBytes(target));
            return;
        }
        if (kind != Kind.REFERENCE) {
            text.putUtf8(Event.revision(target) + "@");
        }
        long name = streams.nameAddress(Event.stream(target));
        int bytes = streams.nameBytes(Event.stream(target));
        boolean ofDescribed = StreamTable.isMeta(name, bytes) && isDeletions(stream);
        text.put(ofDescribed ? name + 2 : name, ofDescribed ? bytes - 2 : bytes);
    }

    /** True if it is the stream that tells which streams were deleted, by their own names. */
    private boolean isDeletions(int stream) {
        long name = streams.nameAddress(stream);
        int bytes = streams.nameBytes(stream);
        if (bytes != DELETED.length) {
            return false;
        }
        for (int i = 0; i < bytes; i++) {
            if (Memory.getByte(name + i) != DELETED[i]) {
                return false;
            }
        }
        return true;
    }
}
