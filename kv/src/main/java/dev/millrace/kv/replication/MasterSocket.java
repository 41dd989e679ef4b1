package dev.millrace.kv.replication;

import dev.millrace.kernel.log.Log;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.session.KvServer;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Clock;

/**
 * The socket to the server that we follow. For the link's thread, but for {@link #close}, which
 * makes whatever waits in it fail.
 */
final class MasterSocket implements AutoCloseable {
    private static final int READ_BYTES = 64 * 1024;
    private static final int LINE_BYTES_MAX = 64 * 1024;
    private static final int READ_MILLIS = 100;
    private static final long MILLIS_PER_SECOND = 1000;

    private final Socket socket = new Socket();
    private final Clock clock;
    private final Parameters parameters;
    private final Log log;
    private final byte[] read = new byte[READ_BYTES];
    private int from;
    private int to;
    private volatile long heardMillis;

    MasterSocket(KvServer server, Log log) {
        this.clock = server.clock();
        this.parameters = Parameters.of(server);
        this.log = log;
    }

    private long silenceMillisMax() {
        return parameters.number("repl-timeout") * MILLIS_PER_SECOND;
    }

    void connect(String host, int port) throws IOException {
        heardMillis = clock.millis();
        socket.setTcpNoDelay(true);
        int millis = (int) Math.min(silenceMillisMax(), Integer.MAX_VALUE);
        socket.connect(new InetSocketAddress(host, port), millis);
        socket.setSoTimeout(READ_MILLIS);
        heardMillis = clock.millis();
    }

    /** When the other was heard last, ms since 1970. */
    long heardMillis() {
        return heardMillis;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            log.warn("replication socket", "failure", e);
        }
    }

    // ---- Saying

    void send(String... words) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(RequestWriter.of(words));
        out.flush();
    }

    /** Says that we are there, and no more. */
    void stillHere() throws IOException {
        socket.getOutputStream().write('\n');
    }

    /** Sends a request, and returns the line that answers it. */
    String ask(String... words) throws IOException {
        send(words);
        return line();
    }

    // ---- Hearing

    /**
     * Bytes that are there, or come within a moment; 0 if none do.
     *
     * @throws IOException if none have come for too long
     */
    int availableSoon() throws IOException {
        if (from < to) {
            return to - from;
        }
        try {
            int count = socket.getInputStream().read(read, 0, read.length);
            if (count < 0) {
                throw new EOFException("the master has closed the link");
            }
            from = 0;
            to = count;
            heardMillis = clock.millis();
            return count;
        } catch (SocketTimeoutException e) {
            long silence = clock.millis() - heardMillis;
            if (silence > silenceMillisMax()) {
                throw new IOException("the master was silent for " + silence + " ms", e);
            }
            return 0;
        }
    }

    /** Bytes that are there, at least one. */
    int available() throws IOException {
        int count = availableSoon();
        while (count == 0) {
            count = availableSoon();
        }
        return count;
    }

    /** Where {@link #available} bytes are, from {@link #offset} on; until more are asked for. */
    byte[] bytes() {
        return read;
    }

    int offset() {
        return from;
    }

    /** So many of them are used. */
    void took(int count) {
        from += count;
    }

    /** The next line that is not empty: who has nothing to say yet sends empty ones. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            available();
            char next = (char) (read[from++] & 0xff);
            if (next == '\n' && !line.isEmpty()) {
                return line.toString();
            }
            if (next != '\r' && next != '\n') {
                line.append(next);
            }
            if (line.length() > LINE_BYTES_MAX) {
                throw new IOException("the master sends a line of " + line.length() + " bytes");
            }
        }
    }
}
