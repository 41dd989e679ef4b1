package dev.millrace.events.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.millrace.events.stream.Limits;
import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a stream's metadata says of what is to be seen (KurrentDB, "Streams", metadata). */
public final class Metadata {
    /** The type of the events that metadata is. */
    public static final byte[] TYPE = "$metadata".getBytes(StandardCharsets.US_ASCII);

    private static final JsonFactory JSON = new JsonFactory();

    private Metadata() {}

    /** True if an event of this type in a stream of metadata changes it. */
    public static boolean isType(long type, int bytes) {
        return bytes == TYPE.length && Arrays.equals(Memory.bytes(type, bytes), TYPE);
    }

    /** The limits in some JSON. What is no metadata has none, as in KurrentDB. */
    public static Limits limits(long data, int bytes) {
        try (JsonParser in = JSON.createParser(Memory.bytes(data, bytes))) {
            return limits(in);
        } catch (IOException malformed) {
            return Limits.NONE;
        }
    }

    private static Limits limits(JsonParser in) throws IOException {
        long truncateBefore = 0;
        long maxCount = 0;
        long maxAge = 0;
        if (in.nextToken() != JsonToken.START_OBJECT) {
            return Limits.NONE;
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            JsonToken value = in.nextToken();
            if (value == JsonToken.VALUE_NUMBER_INT) {
                switch (name) {
                    case "$tb" -> truncateBefore = Math.max(0, in.getLongValue());
                    case "$maxCount" -> maxCount = limit(in.getLongValue());
                    case "$maxAge" -> maxAge = limit(in.getLongValue());
                    default -> {
                        // The user's own.
                    }
                }
            } else {
                in.skipChildren();
            }
        }
        return new Limits(truncateBefore, maxCount, maxAge);
    }

    /** What is too much for the table is no limit. */
    private static long limit(long value) {
        return value <= 0 || value > Limits.COUNT_MAX ? 0 : value;
    }

    /** The metadata of a stream of which nothing before a revision is to be seen. */
    public static byte[] truncated(long before) {
        return ("{\"$tb\":" + before + "}").getBytes(StandardCharsets.UTF_8);
    }
}
