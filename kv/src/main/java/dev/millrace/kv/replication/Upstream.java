package dev.millrace.kv.replication;

import dev.millrace.kernel.journal.CorruptJournalException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Whom this server follows, and how far it is: what a restart has to know. It stands in the
 * system's database, and in each record that comes of the other's stream.
 *
 * <pre>
 * port SP id SP offset SP database SP host     text; an empty id is -, and that of half a copy has !
 *                                              before it
 * </pre>
 *
 * @param id the name of the other's stream; empty before there is a copy
 * @param offset bytes of the stream that are executed, or that the copy has which is being loaded
 * @param database the one that the stream has selected
 * @param isHalf a copy is being loaded: what is there is neither the old nor the new
 */
record Upstream(String host, int port, String id, long offset, int database, boolean isHalf) {
    /** Its name in the system's database. */
    static final String NAME = "upstream";

    static final String DUMP_PREFIX = "sync-";
    static final String DUMP_SUFFIX = ".rdb";

    /** The most characters of a host's name. */
    static final int HOST_CHARS_MAX = 255;

    /** The most bytes that it takes in a record, with its name. */
    static final int BYTES_MAX = 1024;

    /** What a stream is called (Redis's {@code CONFIG_RUN_ID_SIZE}). */
    private static final Pattern STREAM_ID = Pattern.compile("[0-9A-Za-z]{40}");

    private static final int FIELDS = 5;
    private static final String NONE = "-";
    private static final String HALF = "!";

    static Upstream of(String host, int port) {
        return new Upstream(host, port, "", 0, 0, false);
    }

    /** Whether a stream may have this name; it becomes part of records and of files' names. */
    static boolean isStreamId(String text) {
        return STREAM_ID.matcher(text).matches();
    }

    /** True if both are of the same server. */
    boolean isOf(Upstream other) {
        return port == other.port && host.equalsIgnoreCase(other.host);
    }

    /** True if we have had a whole copy and may go on from there. */
    boolean canGoOn() {
        return !id.isEmpty() && !isHalf;
    }

    Upstream at(String streamId, long executed, int selected) {
        return new Upstream(host, port, streamId, executed, selected, false);
    }

    /** While a copy is loaded that has all of the stream up to an offset. */
    Upstream loading(String streamId, long copied) {
        return new Upstream(host, port, streamId, copied, 0, true);
    }

    /** Where the dump is that {@link #loading} is of. */
    Path dumpIn(Path folder) {
        return folder.resolve(DUMP_PREFIX + id + "-" + offset + DUMP_SUFFIX);
    }

    byte[] toBytes() {
        String shown = isHalf ? HALF + id : id.isEmpty() ? NONE : id;
        String text = port + " " + shown + " " + offset + " " + database + " " + host;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads it.
     *
     * @throws CorruptJournalException if it is not as {@link #toBytes} writes it
     */
    static Upstream parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        String[] fields = text.split(" ", FIELDS);
        try {
            if (fields.length == FIELDS) {
                boolean half = fields[1].startsWith(HALF);
                String named = fields[1].substring(half ? HALF.length() : 0);
                return new Upstream(
                        fields[4],
                        Integer.parseInt(fields[0]),
                        named.equals(NONE) ? "" : named,
                        Long.parseLong(fields[2]),
                        Integer.parseInt(fields[3]),
                        half);
            }
        } catch (NumberFormatException e) {
            // Falls through: it is told as what it is.
        }
        throw new CorruptJournalException("kv upstream: " + text);
    }
}
