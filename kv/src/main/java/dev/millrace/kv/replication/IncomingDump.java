package dev.millrace.kv.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A dump as the server sends it that we follow, into a file (Redis's {@code replication.c}, "the
 * replication RDB preamble").
 *
 * <pre>
 * $LENGTH CR LF dump          it is in a file there
 * $EOF:MARK CR LF dump MARK   it is made while it is sent; nothing follows before we answer
 * </pre>
 */
final class IncomingDump {
    private static final String MARKED = "$EOF:";
    private static final int MARK_BYTES = 40;

    /** Is called now and then. */
    @FunctionalInterface
    interface Meanwhile {
        void run() throws IOException;
    }

    private final MasterSocket socket;
    private final Path file;
    private final Meanwhile meanwhile;

    /** The last bytes that have come. */
    private final byte[] tail = new byte[MARK_BYTES];

    private IncomingDump(MasterSocket socket, Path file, Meanwhile meanwhile) {
        this.socket = socket;
        this.file = file;
        this.meanwhile = meanwhile;
    }

    /**
     * Receives one.
     *
     * @throws IOException if it ends early, or there is no room for it
     */
    static void receive(MasterSocket socket, Path file, Meanwhile meanwhile) throws IOException {
        new IncomingDump(socket, file, meanwhile).receive();
    }

    private void receive() throws IOException {
        String head = socket.line();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (head.startsWith(MARKED) && head.length() == MARKED.length() + MARK_BYTES) {
                toMark(channel, head.substring(MARKED.length()));
            } else {
                toLength(channel, length(head));
            }
            channel.force(true); // It is loaded again if we are killed while we load it.
        }
    }

    private static long length(String head) throws IOException {
        try {
            long length = head.startsWith("$") ? Long.parseLong(head.substring(1)) : -1;
            if (length > 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Falls through: it is told as what it is.
        }
        throw new IOException("the master begins its dump with " + head);
    }

    private void toLength(FileChannel channel, long length) throws IOException {
        long room = Files.getFileStore(file).getUsableSpace();
        if (length > room) {
            throw new IOException(
                    "a dump of " + length + " bytes (there is room for " + room + ")");
        }
        long left = length;
        while (left > 0) {
            left -= write(channel, (int) Math.min(left, socket.available()));
        }
    }

    private void toMark(FileChannel channel, String text) throws IOException {
        byte[] mark = text.getBytes(StandardCharsets.ISO_8859_1);
        while (!Arrays.equals(tail, mark)) {
            write(channel, socket.available());
        }
        channel.truncate(channel.size() - MARK_BYTES);
    }

    private int write(FileChannel channel, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(socket.bytes(), socket.offset(), count);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        int kept = Math.max(MARK_BYTES - count, 0);
        int fresh = MARK_BYTES - kept;
        System.arraycopy(tail, fresh, tail, 0, kept);
        System.arraycopy(socket.bytes(), socket.offset() + count - fresh, tail, kept, fresh);
        socket.took(count);
        meanwhile.run();
        return count;
    }
}
