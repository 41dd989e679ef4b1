package dev.millrace.events.read;

import com.google.re2j.Pattern;

import dev.millrace.events.log.Event;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Which events of {@code $all} are wanted. */
public sealed interface Filter {
    /** All of them. */
    record Everything() implements Filter {
        public static final Filter ALL = new Everything();
    }

    /** Those whose stream's name, or whose type, begins with one of these. */
    record Prefixes(boolean byType, List<byte[]> prefixes) implements Filter {}

    /** Those in whose stream's name, or type, the expression is found. */
    record Expression(boolean byType, Pattern pattern) implements Filter {}

    /** True if the event is wanted. */
    default boolean takes(StreamTable streams, long event) {
        return switch (this) {
            case Everything _ -> true;
            case Prefixes(boolean byType, List<byte[]> prefixes) -> {
                long at = byType ? Event.type(event) : streams.nameAddress(Event.stream(event));
                int bytes =
                        byType ? Event.typeBytes(event) : streams.nameBytes(Event.stream(event));
                yield prefixes.stream().anyMatch(prefix -> begins(at, bytes, prefix));
            }
            case Expression(boolean byType, Pattern pattern) -> {
                String text =
                        byType
                                ? new String(
                                        Memory.bytes(Event.type(event), Event.typeBytes(event)),
                                        StandardCharsets.UTF_8)
                                : streams.name(Event.stream(event));
                yield pattern.matcher(text).find();
            }
        };
    }

    private static boolean begins(long at, int bytes, byte[] prefix) {
        if (bytes < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (Memory.getByte(at + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
