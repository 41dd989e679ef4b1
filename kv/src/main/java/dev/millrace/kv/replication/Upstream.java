package dev.millrace.kv.replication;

import dev.millrace.kernel.journal.CorruptJournalException;

import java.nio.charset.StandardCharsets;

/**
 * Whom this server follows, and how far it is: what a restart has to know. It stands in the
 * system's database, and in each record that comes of the other's stream.
 *
 * <pre>
 * port SP id SP offset SP database SP host     text; an empty id is -
 * </pre>
 *
 * @param id the name of the other's stream; empty while we have no whole copy
 * @param offset bytes of the stream that are executed
 * @param database the one that the stream has selected
 */
record Upstream(String host, int port, String id, long offset, int database) {
    /** Its name in the system's database. */
    static final String NAME = "upstream";

    /** The most bytes that it takes in a record, with its name. */
    static final int BYTES_MAX = 512;

    private static final int FIELDS = 5;
    private static final String NONE = "-";

    static Upstream of(String host, int port) {
        return new Upstream(host, port, "", 0, 0);
    }

    /** True if we have had a whole copy and may go on from there. */
    boolean canGoOn() {
        return !id.isEmpty();
    }

    Upstream at(String streamId, long executed, int selected) {
        return new Upstream(host, port, streamId, executed, selected);
    }

    byte[] toBytes() {
        String text =
                port
                        + " "
                        + (id.isEmpty() ? NONE : id)
                        + " "
                        + offset
                        + " "
                        + database
                        + " "
                        + host;
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
                return new Upstream(
                        fields[4],
                        Integer.parseInt(fields[0]),
                        fields[1].equals(NONE) ? "" : fields[1],
                        Long.parseLong(fields[2]),
                        Integer.parseInt(fields[3]));
            }
        } catch (NumberFormatException e) {
            // Falls through: it is told as what it is.
        }
        throw new CorruptJournalException("kv upstream: " + text);
    }
}
