package dev.millrace.kv.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.resp.Request;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commands that took long, the newest first; as many as {@code slowlog-max-len}. */
public final class SlowLog {
    /** Of an entry's arguments so many are kept, and of each so many bytes, as Redis does. */
    private static final int ARGUMENTS_MAX = 32;

    private static final int ARGUMENT_BYTES_MAX = 128;

    private static final byte[] REDACTED = ascii("(redacted)");

    /**
     * @param id grows by one from entry to entry
     * @param seconds when it ran, since 1970
     */
    public record Entry(
            long id, long seconds, long micros, List<byte[]> arguments, String peer, String name) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long nextId;

    synchronized void add(
            Session session, Request request, long redacted, long nanos, long seconds, long most) {
        List<byte[]> arguments = new ArrayList<>();
        int shown = request.count() > ARGUMENTS_MAX ? ARGUMENTS_MAX - 1 : request.count();
        for (int i = 0; i < shown; i++) {
            boolean secret = i < Long.SIZE && (redacted >>> i & 1) != 0;
            arguments.add(secret ? REDACTED : shortened(request, i));
        }
        if (shown < request.count()) {
            arguments.add(ascii("... (" + (request.count() - shown) + " more arguments)"));
        }
        entries.addFirst(
                new Entry(
                        nextId++,
                        seconds,
                        nanos / 1000,
                        arguments,
                        session.outlet().peer(),
                        session.name()));
        trim(most);
    }

    private static byte[] shortened(Request request, int index) {
        int length = request.length(index);
        if (length <= ARGUMENT_BYTES_MAX) {
            return request.bytes(index);
        }
        byte[] note = ascii("... (" + (length - ARGUMENT_BYTES_MAX) + " more bytes)");
        byte[] start = Memory.bytes(request.address(index), ARGUMENT_BYTES_MAX);
        byte[] result = Arrays.copyOf(start, ARGUMENT_BYTES_MAX + note.length);
        System.arraycopy(note, 0, result, ARGUMENT_BYTES_MAX, note.length);
        return result;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void trim(long most) {
        while (entries.size() > most) {
            entries.removeLast();
        }
    }

    /** The newest {@code count}, or all if it is negative. */
    public synchronized List<Entry> newest(long count) {
        return entries.stream().limit(count < 0 ? Long.MAX_VALUE : count).toList();
    }

    public synchronized int size() {
        return entries.size();
    }

    public synchronized void clear() {
        entries.clear();
    }
}
