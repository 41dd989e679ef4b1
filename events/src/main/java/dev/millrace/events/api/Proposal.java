package dev.millrace.events.api;

import dev.millrace.events.log.Event;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A ProposedMessage of streams.proto: an event that a client wants to be appended. */
final class Proposal {
    private static final byte[] TYPE = "type".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTENT_TYPE = "content-type".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JSON = "application/json".getBytes(StandardCharsets.US_ASCII);

    private long idHigh;
    private long idLow;
    private boolean hasId;
    private long type;
    private int typeBytes = -1;
    private boolean hasContentType;
    private boolean json;
    private long meta;
    private int metaBytes;
    private long data;
    private int dataBytes;

    private Proposal() {}

    /**
     * Reads a message; the event's parts stay where they are.
     *
     * @param created 100 ns since 1970
     */
    static Event.Draft read(MessageReader in, long created) {
        Proposal proposal = new Proposal();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> proposal.id(in.message());
                case 2 -> proposal.property(in.message());
                case 3 -> {
                    proposal.meta = in.address();
                    proposal.metaBytes = in.length();
                }
                case 4 -> {
                    proposal.data = in.address();
                    proposal.dataBytes = in.length();
                }
                default -> {
                    // A later version's.
                }
            }
        }
        return proposal.draft(created);
    }

    private void id(MessageReader in) {
        UUID id = readId(in);
        hasId = true;
        idHigh = id.getMostSignificantBits();
        idLow = id.getLeastSignificantBits();
    }

    /** UUID of shared.proto. */
    static UUID readId(MessageReader in) {
        UUID id = new UUID(0, 0);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> id = structured(in.message());
                case 2 -> id = parse(in.text());
                default -> {
                    // A later version's.
                }
            }
        }
        return id;
    }

    private static UUID structured(MessageReader in) {
        long high = 0;
        long low = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> high = in.number();
                case 2 -> low = in.number();
                default -> {
                    // A later version's.
                }
            }
        }
        return new UUID(high, low);
    }

    private static UUID parse(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException malformed) {
            throw new MalformedMessage("id: " + text + " (expected: a UUID)");
        }
    }

    private void property(MessageReader in) {
        long key = 0;
        int keyBytes = 0;
        long value = 0;
        int valueBytes = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> {
                    key = in.address();
                    keyBytes = in.length();
                }
                case 2 -> {
                    value = in.address();
                    valueBytes = in.length();
                }
                default -> {
                    // A later version's.
                }
            }
        }
        if (is(key, keyBytes, TYPE)) {
            type = value;
            typeBytes = valueBytes;
        } else if (is(key, keyBytes, CONTENT_TYPE)) {
            hasContentType = true;
            json = is(value, valueBytes, JSON);
        }
    }

    private static boolean is(long address, int bytes, byte[] text) {
        if (bytes != text.length) {
            return false;
        }
        for (int i = 0; i < bytes; i++) {
            if (Memory.getByte(address + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    private Event.Draft draft(long created) {
        if (typeBytes < 0) {
            throw new MissingProperty("type");
        }
        if (!hasContentType) {
            throw new MissingProperty("content-type");
        }
        if (!hasId) {
            throw new MalformedMessage("an event without an id");
        }
        if (typeBytes > Event.TYPE_BYTES_MAX) {
            throw new MalformedMessage(
                    "type: " + typeBytes + " bytes (expected: <= " + Event.TYPE_BYTES_MAX + ")");
        }
        return new Event.Draft(
                idHigh,
                idLow,
                created,
                json ? Event.JSON : 0,
                type,
                typeBytes,
                meta,
                metaBytes,
                data,
                dataBytes);
    }
}
