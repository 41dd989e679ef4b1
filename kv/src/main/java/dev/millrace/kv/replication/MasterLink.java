package dev.millrace.kv.replication;

import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.session.TrustedRequests;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/**
 * The connection to the server that we follow, and the thread that reads it: no loop waits for it.
 *
 * <pre>
 * connect ─▶ PING, AUTH, REPLCONF ─▶ PSYNC ─┬─ CONTINUE ───────────────────────────▶ commands
 *                                           └─ FULLRESYNC ─▶ a dump, into a file ─▶ load ─┘
 * </pre>
 *
 * <p>Commands are executed on the first lane, by a session of the other's own, a piece at a time:
 * the next piece is read when this one is executed. A dump's keys come the same way, as RESTORE.
 * Whatever goes wrong, a second later it begins anew from where we are.
 */
final class MasterLink implements Runnable {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int LINE_BYTES_MAX = 64 * 1024;
    private static final int READ_MILLIS = 100;
    private static final int ACKNOWLEDGE_MILLIS = 1000;
    private static final int RETRY_MILLIS = 1000;
    private static final int MILLIS_PER_SECOND = 1000;

    private final KvServer server;
    private final Following following;
    private final Log log;
    private final Path folder;
    private final Parameters parameters;
    private final NativeBuffer piece = new NativeBuffer(PIECE_BYTES);
    private final byte[] read = new byte[PIECE_BYTES];
    private final Thread thread;
    private int readFrom;
    private int readTo;
    private volatile boolean ended;
    private volatile @Nullable MasterSession current;
    private volatile @Nullable Socket socket;
    private volatile long heardMillis;
    private volatile boolean acknowledgeNow;
    private volatile long acknowledgedMillis;

    /** Bytes of the stream before those that the session has read. */
    private volatile long base;

    private String streamId = "";

    MasterLink(KvServer server, Following following, Log log, Path folder) {
        this.server = server;
        this.following = following;
        this.log = log;
        this.folder = folder;
        this.parameters = Parameters.of(server);
        this.thread = Thread.ofPlatform().name("kv-replica").daemon(true).unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Ends it soon; nobody waits. */
    void end() {
        ended = true;
        close();
        MasterSession open = current;
        if (open != null) {
            open.abandon();
        }
    }

    private void close() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                log.warn("replication socket", "failure", e);
            }
        }
    }

    long heardMillis() {
        return heardMillis;
    }

    /** Bytes of the stream that are executed. */
    long executed() {
        MasterSession open = current;
        return open == null ? 0 : open.executed();
    }

    void acknowledgeSoon() {
        acknowledgeNow = true;
    }

    // ---- One connection after another

    @Override
    public void run() {
        try {
            while (!ended) {
                try {
                    follow();
                } catch (IOException | BadDump failed) {
                    if (!ended) {
                        log.warn(
                                "replication link", "failure", String.valueOf(failed.getMessage()));
                    }
                } finally {
                    close();
                }
                if (!ended) {
                    following.state(Following.State.CONNECT);
                    following.loading(false);
                    Thread.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException | RejectedExecutionException stop) {
            ended = true; // The process ends: what the lane may still look at is left as it is.
            return;
        }
        piece.free();
    }

    private void follow() throws IOException, InterruptedException {
        Upstream upstream = upstream();
        following.state(Following.State.CONNECTING);
        Socket open = new Socket();
        socket = open;
        open.setTcpNoDelay(true);
        int timeout = (int) parameters.number("repl-timeout") * MILLIS_PER_SECOND;
        open.connect(new InetSocketAddress(upstream.host(), upstream.port()), timeout);
        open.setSoTimeout(READ_MILLIS);
        readFrom = 0;
        readTo = 0;
        heard();
        following.state(Following.State.HANDSHAKE);
        greet();
        MasterSession session = new MasterSession();
        current = session;
        try {
            synchronise(session, upstream);
            following.state(Following.State.CONNECTED);
            log.info("replication link is up", "master", upstream.host() + ":" + upstream.port());
            stream(session);
        } finally {
            current = null;
            session.close();
        }
    }

    private Upstream upstream() throws IOException {
        Upstream known = following.upstream();
        if (known == null) {
            throw new IOException("nobody is followed any more");
        }
        return known;
    }

    // ---- The greeting

    private void greet() throws IOException {
        String pong = ask("PING");
        boolean lives =
                pong.startsWith("+")
                        || pong.startsWith("-NOAUTH")
                        || pong.startsWith("-NOPERM")
                        || pong.startsWith("-ERR operation not permitted");
        if (!lives) {
            throw new IOException("the master answers PING with " + pong);
        }
        String password = parameters.value("masterauth");
        String user = parameters.value("masteruser");
        if (!password.isEmpty()) {
            String answer = user.isEmpty() ? ask("AUTH", password) : ask("AUTH", user, password);
            if (answer.startsWith("-")) {
                throw new IOException("the master refuses us: " + answer);
            }
        }
        long announced = parameters.number("replica-announce-port");
        long port = announced > 0 ? announced : parameters.number("port");
        ask("REPLCONF", "listening-port", Long.toString(port)); // Old masters do not know it.
        String address = parameters.value("replica-announce-ip");
        if (!address.isEmpty()) {
            ask("REPLCONF", "ip-address", address);
        }
        ask("REPLCONF", "capa", "psync2");
    }

    private String ask(String... words) throws IOException {
        send(words);
        return line();
    }

    private void send(String... words) throws IOException {
        StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            int length = word.getBytes(StandardCharsets.UTF_8).length;
            request.append('$').append(length).append("\r\n").append(word).append("\r\n");
        }
        OutputStream out = open().getOutputStream();
        out.write(request.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private Socket open() throws IOException {
        Socket open = socket;
        if (open == null) {
            throw new IOException("the link has ended");
        }
        return open;
    }

    // ---- Where to go on

    private void synchronise(MasterSession session, Upstream upstream)
            throws IOException, InterruptedException {
        String answer =
                upstream.canGoOn()
                        ? ask("PSYNC", upstream.id(), Long.toString(upstream.offset() + 1))
                        : ask("PSYNC", "?", "-1");
        String[] words = answer.split(" ", -1);
        if (words[0].equals("+FULLRESYNC") && words.length == 3) {
            streamId = words[1];
            copyAll(session, parseOffset(words[2], answer));
        } else if (words[0].equals("+CONTINUE")) {
            streamId = words.length > 1 ? words[1] : upstream.id();
            session.goOnAt(upstream.offset(), upstream.database());
        } else {
            throw new IOException("the master answers PSYNC with " + answer);
        }
    }

    private static long parseOffset(String text, String answer) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("the master answers PSYNC with " + answer, e);
        }
    }

    private void copyAll(MasterSession session, long offset)
            throws IOException, InterruptedException {
        following.state(Following.State.SYNC);
        log.info("replication copies all", "offset", offset);
        Path file = Files.createTempFile(folder, "sync-", ".rdb");
        try {
            receiveDump(file);
            following.loading(true);
            session.load(file);
            session.goOnAt(offset, 0);
            session.noteWhere();
        } finally {
            following.loading(false);
            Files.deleteIfExists(file);
        }
    }

    private void receiveDump(Path file) throws IOException {
        String head = line();
        while (head.isEmpty()) {
            head = line(); // It writes its dump, and says now and then that it is there.
        }
        if (!head.startsWith("$") || head.startsWith("$EOF:")) {
            throw new IOException("the master begins its dump with " + head);
        }
        long left = parseOffset(head.substring(1), head);
        try (OutputStream out = Files.newOutputStream(file)) {
            while (left > 0) {
                int count = (int) Math.min(left, available());
                out.write(read, readFrom, count);
                readFrom += count;
                left -= count;
                acknowledgeWhileCopying();
            }
        }
    }

    /**
     * Some masters drop who is silent for long, others know no REPLCONF ACK of who is not online.
     */
    private void acknowledgeWhileCopying() throws IOException {
        long now = System.nanoTime() / 1_000_000;
        if (now - acknowledgedMillis > ACKNOWLEDGE_MILLIS) {
            acknowledgedMillis = now;
            open().getOutputStream().write('\n');
        }
    }

    // ---- The stream

    private void stream(MasterSession session) throws IOException, InterruptedException {
        while (!ended) {
            int count = availableSoon();
            if (count > 0) {
                piece.clear();
                piece.put(read, readFrom, count);
                readFrom += count;
                session.execute(piece);
            }
            acknowledge(session);
        }
    }

    private void acknowledge(MasterSession session) throws IOException {
        long now = System.nanoTime() / 1_000_000;
        if (acknowledgeNow || now - acknowledgedMillis >= ACKNOWLEDGE_MILLIS) {
            acknowledgeNow = false;
            acknowledgedMillis = now;
            send("REPLCONF", "ACK", Long.toString(session.executed()));
        }
    }

    // ---- Reading

    private void heard() {
        heardMillis = server.clock().millis();
    }

    /** Bytes that are there, or come within a moment; 0 if none do. */
    private int availableSoon() throws IOException {
        if (readFrom < readTo) {
            return readTo - readFrom;
        }
        InputStream in = open().getInputStream();
        try {
            int count = in.read(read, 0, read.length);
            if (count < 0) {
                throw new EOFException("the master has closed the link");
            }
            readFrom = 0;
            readTo = count;
            heard();
            return count;
        } catch (SocketTimeoutException e) {
            long silence = server.clock().millis() - heardMillis;
            if (silence > parameters.number("repl-timeout") * MILLIS_PER_SECOND) {
                throw new IOException("the master was silent for " + silence + " ms", e);
            }
            return 0;
        }
    }

    /** Bytes that are there, at least one. */
    private int available() throws IOException {
        int count = availableSoon();
        while (count == 0) {
            count = availableSoon();
        }
        return count;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            available();
            char next = (char) (read[readFrom++] & 0xff);
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append(next);
            }
            if (line.length() > LINE_BYTES_MAX) {
                throw new IOException("the master sends a line of " + line.length() + " bytes");
            }
        }
    }

    // ---- The other's session on the lane

    /** Its commands are executed on the lane, and this thread waits until they are. */
    private final class MasterSession implements AutoCloseable {
        private final TrustedRequests requests;

        MasterSession() throws IOException, InterruptedException {
            Upstream from = following.upstream();
            requests =
                    TrustedRequests.open(
                            following.lane(),
                            from == null ? "" : from.host() + ":" + from.port(),
                            session ->
                                    session.adds(
                                            effects ->
                                                    following.put(
                                                            MasterLink.this, effects, where()),
                                            Upstream.BYTES_MAX,
                                            following.stripeMask()));
        }

        private Session session() {
            return requests.session();
        }

        /** Where we are when what runs has run; on the lane. */
        private Upstream where() {
            Upstream known = following.upstream();
            if (known == null) {
                throw new IllegalStateException("nobody is followed");
            }
            // While a dump is loaded there is no place to go on from.
            return following.isLoading()
                    ? Upstream.of(known.host(), known.port())
                    : known.at(streamId, executed(), session().database());
        }

        long executed() {
            return base + session().readBytes();
        }

        void goOnAt(long offset, int database) throws IOException, InterruptedException {
            requests.onLane(
                    () -> {
                        base = offset - session().readBytes();
                        session().database(database);
                    });
        }

        /** Notes in the log that the copy is whole. */
        void noteWhere() throws IOException, InterruptedException {
            following.loading(false);
            boolean[] noted = {false};
            while (!noted[0] && !ended) {
                requests.onLane(() -> noted[0] = following.lane().note(session()));
                if (!noted[0]) {
                    Thread.sleep(READ_MILLIS); // The journal has no space at the moment.
                }
            }
        }

        void execute(NativeBuffer piece) throws IOException, InterruptedException {
            requests.execute(piece);
        }

        void load(Path file) throws IOException, InterruptedException {
            DumpRequests.send(file, true, this::execute);
        }

        /** Whoever waits in it waits no more; from any thread. */
        void abandon() {
            requests.abandon();
        }

        @Override
        public void close() {
            requests.close();
        }
    }
}
