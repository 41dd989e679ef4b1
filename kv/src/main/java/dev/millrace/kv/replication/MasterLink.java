package dev.millrace.kv.replication;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.session.TrustedRequests;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 *
 * <p>While a dump is loaded what is there is half a copy, and the log says so, from the record on
 * in which the old goes. The dump's file stays until the copy is whole: who is killed in between,
 * or has no space for it all, loads it again, and goes on behind it.
 *
 * <p>It may be ended at any time, by REPLICAOF with all stripes locked: nothing of what it has read
 * is executed after that. So its session is killed, which whoever executes for it looks at under
 * the stripes' locks, and what is seen of it from outside (state, loading) is its own: another link
 * may be there when its thread comes to its end.
 */
final class MasterLink implements Runnable {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int AGAIN_MILLIS = 100;
    private static final int ACKNOWLEDGE_MILLIS = 1000;
    private static final int RETRY_MILLIS = 1000;

    /** The log is told where we are when so much of the stream has changed nothing. */
    private static final long UNNOTED_BYTES_MAX = 64 * 1024;

    private final KvServer server;
    private final Following following;
    private final Log log;
    private final Path folder;
    private final Parameters parameters;
    private final NativeBuffer piece = new NativeBuffer(PIECE_BYTES);
    private final Thread thread;
    private volatile Following.State state = Following.State.CONNECT;
    private volatile boolean loading;
    private volatile long downSinceMillis;
    private volatile boolean ended;
    private volatile @Nullable MasterSession current;
    private volatile @Nullable MasterSocket socket;
    private volatile boolean acknowledgeNow;
    private long acknowledgedMillis;
    private boolean asksToTakeOver;

    /** Where we are, if not all of the stream up to there has changed something; for the thread. */
    private @Nullable Upstream reached;

    /** Bytes of the stream before those that the session has read. */
    private volatile long base;

    private volatile String streamId = "";

    /**
     * @param asksToTakeOver the other is a replica that has all, and is asked to be the master
     */
    MasterLink(KvServer server, Following following, Log log, Path folder, boolean asksToTakeOver) {
        this.asksToTakeOver = asksToTakeOver;
        this.server = server;
        this.following = following;
        this.log = log;
        this.folder = folder;
        this.parameters = Parameters.of(server);
        this.downSinceMillis = server.clock().millis();
        this.thread = Thread.ofPlatform().name("kv-replica").daemon(true).unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** Ends it soon; nobody waits. */
    void end() {
        ended = true;
        MasterSocket open = socket;
        if (open != null) {
            open.close();
        }
        MasterSession session = current;
        if (session != null) {
            session.abandon();
        }
    }

    /** To be asked after something was opened that {@link #end} may have come too early for. */
    private void requireNotEnded() throws IOException {
        if (ended) {
            throw new IOException("the link has ended");
        }
    }

    // ---- What is seen from outside

    Following.State state() {
        return state;
    }

    private void state(Following.State now) {
        if (state == Following.State.CONNECTED && now != Following.State.CONNECTED) {
            downSinceMillis = server.clock().millis();
        }
        state = now;
    }

    /** A dump is being loaded: what is there is neither the old nor the new. */
    boolean isLoading() {
        return loading;
    }

    /** Since when it is not connected, ms since 1970. */
    long downSinceMillis() {
        return downSinceMillis;
    }

    /** When the other was heard last, ms since 1970. */
    long heardMillis() {
        MasterSocket open = socket;
        return open == null ? 0 : open.heardMillis();
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
                } catch (RejectedExecutionException stop) {
                    throw stop;
                } catch (RuntimeException fault) {
                    // Whatever was changed the lane has changed, and it sees to its own faults.
                    following.lane().loop().fault(fault);
                }
                state(Following.State.CONNECT);
                loading = false;
                if (!ended) {
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
        awaitJournal();
        completeCopy();
        Upstream upstream = place();
        state(Following.State.CONNECTING);
        try (MasterSocket open = new MasterSocket(server, log)) {
            socket = open;
            requireNotEnded();
            open.connect(upstream.host(), upstream.port());
            state(Following.State.HANDSHAKE);
            greet(open);
            try (MasterSession session = new MasterSession(upstream)) {
                current = session;
                requireNotEnded();
                synchronise(open, session, upstream);
                state(Following.State.CONNECTED);
                log.info(
                        "replication link is up",
                        "master",
                        upstream.host() + ":" + upstream.port());
                stream(open, session);
            }
        } finally {
            current = null;
        }
    }

    /** What the other says can be executed only while the journal takes it. */
    private void awaitJournal() throws InterruptedException {
        boolean waits = false;
        while (!ended && server.journal().state() != Journal.State.OPEN) {
            if (!waits) {
                waits = true;
                log.warn("replication waits", "journal", server.journal().trouble());
            }
            Thread.sleep(RETRY_MILLIS);
        }
        if (waits && !ended) {
            log.info("replication goes on", "journal", "has space");
        }
    }

    /** Where to go on: what the log says, or further if what followed has changed nothing. */
    private Upstream place() throws IOException {
        Upstream logged = following.upstream();
        if (logged == null) {
            throw new IOException("nobody is followed any more");
        }
        Upstream known = reached;
        boolean further =
                known != null
                        && !logged.isHalf()
                        && known.id().equals(logged.id())
                        && known.offset() > logged.offset();
        return known != null && further ? known : logged;
    }

    // ---- The greeting

    private void greet(MasterSocket open) throws IOException {
        String pong = open.ask("PING");
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
            String answer =
                    user.isEmpty() ? open.ask("AUTH", password) : open.ask("AUTH", user, password);
            if (answer.startsWith("-")) {
                throw new IOException("the master refuses us: " + answer);
            }
        }
        long announced = parameters.number("replica-announce-port");
        long port = announced > 0 ? announced : parameters.number("port");
        // Old masters do not know it.
        open.ask("REPLCONF", "listening-port", Long.toString(port));
        String address = parameters.value("replica-announce-ip");
        if (!address.isEmpty()) {
            open.ask("REPLCONF", "ip-address", address);
        }
        open.ask("REPLCONF", "capa", "eof", "capa", "psync2");
    }

    // ---- Where to go on

    private void synchronise(MasterSocket open, MasterSession session, Upstream upstream)
            throws IOException, InterruptedException {
        boolean asked = asksToTakeOver;
        String answer = ask(open, upstream);
        String[] words = answer.split(" ", -1);
        boolean isNamed = words.length > 1 && Upstream.isStreamId(words[1]);
        if (words[0].equals("+FULLRESYNC") && words.length == 3 && isNamed) {
            copyAll(open, session, upstream.loading(words[1], parseOffset(words[2], answer)));
        } else if (words[0].equals("+CONTINUE") && upstream.canGoOn()) {
            streamId = isNamed ? words[1] : upstream.id();
            session.goOnAt(upstream.offset(), upstream.database());
            if (asked) {
                session.noteWhere();
            }
        } else {
            throw new IOException("the master answers PSYNC with " + answer);
        }
    }

    private String ask(MasterSocket open, Upstream upstream) throws IOException {
        if (!upstream.canGoOn()) {
            return open.ask("PSYNC", "?", "-1");
        }
        String next = Long.toString(upstream.offset() + 1);
        if (!asksToTakeOver) {
            return open.ask("PSYNC", upstream.id(), next);
        }
        String answer = open.ask("PSYNC", upstream.id(), next, "FAILOVER");
        if (answer.startsWith("+CONTINUE") || answer.startsWith("+FULLRESYNC")) {
            asksToTakeOver = false;
            Failover.of(server).end("is done");
        } else {
            following.isRefused(this, "is refused: " + answer);
        }
        return answer;
    }

    private static long parseOffset(String text, String answer) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("the master answers PSYNC with " + answer, e);
        }
    }

    private void copyAll(MasterSocket open, MasterSession session, Upstream copy)
            throws IOException, InterruptedException {
        state(Following.State.SYNC);
        log.info("replication copies all", "offset", copy.offset());
        Path received = Files.createTempFile(folder, Upstream.DUMP_PREFIX, Upstream.DUMP_SUFFIX);
        try {
            IncomingDump.receive(open, received, () -> sayNowAndThenThatWeAreHere(open));
            Path dump = copy.dumpIn(folder);
            Files.move(received, dump, StandardCopyOption.REPLACE_EXISTING);
            load(session, dump, copy, () -> sayNowAndThenThatWeAreHere(open));
            acknowledgeNow = true; // Who sends without a file waits for it.
        } finally {
            Files.deleteIfExists(received);
        }
    }

    /**
     * Loads a dump. Its file goes when the copy is whole, or if nothing was begun. Those who follow
     * us have to come back for all of it then: they would show the half of it, too.
     */
    private void load(
            MasterSession session, Path dump, Upstream copy, IncomingDump.Meanwhile meanwhile)
            throws IOException, InterruptedException {
        session.copies(copy);
        loading = true;
        try {
            session.load(dump, meanwhile);
            session.goOnAt(copy.offset(), 0);
            session.noteWhere();
        } finally {
            loading = false;
            if (!copy.equals(following.upstream())) {
                Files.deleteIfExists(dump);
            }
        }
    }

    /** Half a copy is completed from the file that it came in, if that is still there. */
    private void completeCopy() throws IOException, InterruptedException {
        Upstream copy = following.upstream();
        if (copy == null || !copy.isHalf()) {
            return;
        }
        Path dump = copy.dumpIn(folder);
        if (!Files.exists(dump)) {
            log.warn("half a copy has to be copied again", "missing", dump);
            return;
        }
        log.info("half a copy is loaded again", "file", dump);
        try (MasterSession session = new MasterSession(copy)) {
            current = session;
            requireNotEnded();
            load(session, dump, copy, () -> {});
        } catch (BadDump bad) {
            log.warn("half a copy has to be copied again", "failure", String.valueOf(bad));
            Files.deleteIfExists(dump);
        } finally {
            current = null;
        }
    }

    /**
     * Some masters drop who is silent for long, others know no REPLCONF ACK of who is not online.
     */
    private void sayNowAndThenThatWeAreHere(MasterSocket open) throws IOException {
        long now = System.nanoTime() / 1_000_000;
        if (now - acknowledgedMillis > ACKNOWLEDGE_MILLIS) {
            acknowledgedMillis = now;
            open.stillHere();
        }
    }

    // ---- The stream

    private void stream(MasterSocket open, MasterSession session)
            throws IOException, InterruptedException {
        while (!ended) {
            int count = open.availableSoon();
            if (count > 0) {
                piece.clear();
                piece.put(open.bytes(), open.offset(), count);
                open.took(count);
                session.execute(piece);
                reached = session.place();
            }
            session.noteIfFarAhead();
            acknowledge(open, session);
        }
    }

    private void acknowledge(MasterSocket open, MasterSession session) throws IOException {
        long now = System.nanoTime() / 1_000_000;
        if (acknowledgeNow || now - acknowledgedMillis >= ACKNOWLEDGE_MILLIS) {
            acknowledgeNow = false;
            acknowledgedMillis = now;
            open.send("REPLCONF", "ACK", Long.toString(session.place().offset()));
        }
    }

    // ---- The other's session on the lane

    /** Its commands are executed on the lane, and this thread waits until they are. */
    private final class MasterSession implements AutoCloseable {
        private final TrustedRequests requests;
        private final Upstream from;

        /** What is being loaded; null otherwise. */
        private volatile @Nullable Upstream copy;

        /** Behind the last command that no other of its transaction follows. */
        private Upstream place;

        MasterSession(Upstream from) throws IOException, InterruptedException {
            this.from = from;
            this.place = from;
            requests =
                    TrustedRequests.open(
                            following.lane(),
                            from.host() + ":" + from.port(),
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
            // While a dump is loaded there is no place to go on from.
            Upstream half = copy;
            return half == null ? from.at(streamId, executed(), session().database()) : half;
        }

        long executed() {
            return base + session().readBytes();
        }

        /** Where we are; for the link's thread. */
        Upstream place() {
            return place;
        }

        /** From here on what is executed is a dump's. */
        void copies(Upstream loaded) {
            streamId = loaded.id();
            copy = loaded;
        }

        void goOnAt(long offset, int database) throws IOException, InterruptedException {
            requests.onLane(
                    () -> {
                        copy = null;
                        base = offset - session().readBytes();
                        session().database(database);
                    });
            place = from.at(streamId, offset, database);
        }

        void execute(NativeBuffer bytes) throws IOException, InterruptedException {
            requests.execute(bytes);
            if (session().queuedCommands() < 0) {
                place = from.at(streamId, executed(), session().database());
            }
        }

        void load(Path file, IncomingDump.Meanwhile meanwhile)
                throws IOException, InterruptedException {
            boolean[] begun = {false};
            DumpRequests.send(
                    file,
                    true,
                    bytes -> {
                        if (!begun[0]) {
                            begun[0] = true;
                            Feed.of(server).beginAnew();
                        }
                        requests.execute(bytes);
                        meanwhile.run();
                    });
        }

        /** Notes in the log that the copy is whole. */
        void noteWhere() throws IOException, InterruptedException {
            boolean[] noted = {false};
            while (!noted[0] && !ended) {
                requests.onLane(() -> noted[0] = ended || following.lane().note(session()));
                if (!noted[0]) {
                    Thread.sleep(AGAIN_MILLIS); // The journal has no space at the moment.
                }
            }
        }

        /** What changes nothing here, as messages do, is in no record. */
        void noteIfFarAhead() throws IOException, InterruptedException {
            Upstream logged = following.upstream();
            boolean isFar =
                    logged != null
                            && session().queuedCommands() < 0
                            && place.offset() - logged.offset() > UNNOTED_BYTES_MAX;
            if (isFar) {
                requests.onLane(() -> following.lane().note(session()));
            }
        }

        /** Nothing more of it is executed, and whoever waits in it waits no more. */
        void abandon() {
            requests.abandon();
        }

        @Override
        public void close() {
            requests.close();
        }
    }
}
