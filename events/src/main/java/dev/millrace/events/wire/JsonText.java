package dev.millrace.events.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;

import dev.millrace.kernel.memory.Memory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Whether some bytes are JSON (RFC 8259): one value, and nothing else. */
public final class JsonText {
    /** No names are remembered: they are a client's. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build();

    private static final String BLANKS = " \t\r\n";
    private static final String BEGINNINGS = "{[\"-0123456789tfn";

    private JsonText() {}

    /** Of bytes outside the heap. They are read piece by piece, however many they are. */
    public static boolean is(long address, int bytes) {
        return begins(address, bytes) && isWhole(new MemoryInput(address, bytes));
    }

    /** Of bytes on the heap. */
    public static boolean is(byte[] bytes) {
        return isWhole(new ByteArrayInputStream(bytes));
    }

    /** Most of what is no JSON does not begin like it, and then nobody has to throw anything. */
    private static boolean begins(long address, int bytes) {
        int at = 0;
        while (at < bytes && BLANKS.indexOf(Memory.getByte(address + at)) >= 0) {
            at++;
        }
        return at < bytes && BEGINNINGS.indexOf(Memory.getByte(address + at)) >= 0;
    }

    private static boolean isWhole(InputStream bytes) {
        try (JsonParser in = JSON.createParser(bytes)) {
            int values = 0;
            while (in.nextToken() != null) {
                // Numbers and texts are told when they are looked at, not before.
                in.finishToken();
                values += in.getParsingContext().inRoot() ? 1 : 0;
            }
            return values == 1;
        } catch (IOException malformed) {
            return false;
        }
    }

    /** Bytes outside the heap as a stream. */
    private static final class MemoryInput extends InputStream {
        private long at;
        private final long end;

        MemoryInput(long address, int bytes) {
            this.at = address;
            this.end = address + bytes;
        }

        @Override
        public int read() {
            return at == end ? -1 : Memory.getByte(at++) & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int most) {
            if (at == end) {
                return most == 0 ? 0 : -1;
            }
            int count = (int) Math.min(most, end - at);
            Memory.buffer(at, count).get(into, from, count);
            at += count;
            return count;
        }
    }
}
