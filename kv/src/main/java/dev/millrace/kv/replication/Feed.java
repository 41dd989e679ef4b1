package dev.millrace.kv.replication;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.effect.EffectCommands;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.RecordTap;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What those who follow us are sent: one stream of commands, whose bytes are counted. It begins
 * when the first comes; until then a record costs it nothing.
 *
 * <p>A record becomes one command, or MULTI, some, and EXEC: it happens there as it happened here.
 * It is said under the stripes' locks of its keys, so the stream has the records of each key in
 * their order. Under {@code always} nobody is sent what is not durable.
 *
 * <p>The stream lives as long as the process: its name (the replication id) is made anew at each
 * start, so who was online before copies all again.
 */
public final class Feed implements RecordTap {
    private static final int ID_BYTES = 20;
    private static final int CUTS = 8;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final byte[] PING = ascii("*1\r\n$4\r\nPING\r\n");
    private static final byte[] GET_ACK =
            ascii("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n");
    private static final byte[] MULTI = ascii("*1\r\n$5\r\nMULTI\r\n");
    private static final byte[] EXEC = ascii("*1\r\n$4\r\nEXEC\r\n");

    /** Where a checkpoint cut the stream. */
    private record Cut(long position, long offset) {}

    private final KvServer server;
    private final Parameters parameters;
    private final EffectCommands commands;
    private final NativeBuffer said = new NativeBuffer(4096);
    private final List<Replica> replicas = new CopyOnWriteArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private String id;
    private final AtomicLong offset = new AtomicLong();
    private @Nullable Backlog backlog;
    private long pingedMillis;
    private long aloneSinceMillis;
    private int written;
    private final AtomicLong copies = new AtomicLong();
    private final AtomicLong continuations = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    Feed(KvServer server) {
        this.server = server;
        this.parameters = Parameters.of(server);
        this.commands = new EffectCommands(server.stripes());
        this.id = newId();
        server.eachTick(this::tick);
        AtomicLong wanted = new AtomicLong();
        parameters.decidedBy(
                FewReplicas.WANTED,
                () -> Long.toString(wanted.get()),
                value -> {
                    wanted.set(Long.parseLong(value));
                    FewReplicas.look(server, this, wanted.get());
                });
    }

    public static Feed of(KvServer server) {
        return server.part(Feed.class, Feed::new);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String newId() {
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    // ---- What is told of it

    /** The stream's name: 40 hexadecimal digits. */
    public synchronized String id() {
        return id;
    }

    /** Bytes of the stream so far. */
    public long offset() {
        return offset.get();
    }

    /** Bytes at its end that are kept; 0 if it has not begun. */
    public synchronized long keptBytes() {
        Backlog kept = backlog;
        return kept == null ? 0 : kept.end() - kept.first();
    }

    /** The number of the oldest byte that is kept, from 1 on. */
    synchronized long firstByte() {
        Backlog kept = backlog;
        return kept == null ? 0 : kept.first() + 1;
    }

    public synchronized boolean isActive() {
        return backlog != null;
    }

    /** How many were given a whole copy. */
    public long copies() {
        return copies.get();
    }

    /** How many went on where they were. */
    public long continuations() {
        return continuations.get();
    }

    /** How many wanted to, and were given a whole copy. */
    public long refusedContinuations() {
        return refused.get();
    }

    List<Replica> replicas() {
        return replicas;
    }

    /** How many have executed the stream up to an offset. */
    int acknowledgedUpTo(long wanted) {
        int count = 0;
        for (Replica replica : replicas) {
            if (replica.isOnline() && replica.acknowledged() >= wanted) {
                count++;
            }
        }
        return count;
    }

    /** How many have acknowledged something within so many seconds. */
    int quickerThan(long seconds, long nowMillis) {
        int count = 0;
        for (Replica replica : replicas) {
            long lag = (nowMillis - replica.acknowledgedMillis()) / MILLIS_PER_SECOND;
            if (replica.isOnline() && lag <= seconds) {
                count++;
            }
        }
        return count;
    }

    // ---- The stream

    @Override
    public synchronized long appended(RecordWriter record, long position) {
        said.clear();
        written = 0;
        record.each(
                Replay.machine(),
                (address, bytes) -> written += commands.write(address, bytes, said));
        if (written > 0) {
            byte[] bytes = said.toBytes();
            send(written == 1 ? bytes : inTransaction(bytes), position);
        }
        if (said.capacity() > 1 << 20) {
            said.shrink();
        }
        return offset.get();
    }

    private static byte[] inTransaction(byte[] bytes) {
        byte[] whole = new byte[MULTI.length + bytes.length + EXEC.length];
        System.arraycopy(MULTI, 0, whole, 0, MULTI.length);
        System.arraycopy(bytes, 0, whole, MULTI.length, bytes.length);
        System.arraycopy(EXEC, 0, whole, MULTI.length + bytes.length, EXEC.length);
        return whole;
    }

    @Override
    public synchronized void said(byte[] request) {
        if (backlog != null) {
            send(request, 0);
        }
    }

    private void send(byte[] bytes, long position) {
        Backlog kept = backlog;
        if (kept != null) {
            kept.add(bytes);
        }
        offset.addAndGet(bytes.length);
        for (Replica replica : replicas) {
            if (replica.collects()) {
                replica.add(bytes, position);
                dropIfTooMuch(replica);
                drain(replica);
            }
        }
    }

    private void dropIfTooMuch(Replica replica) {
        long hard = server.config().outputLimits().replica().hardBytes();
        if (hard > 0 && replica.queuedBytes() > hard) {
            replica.session().kill();
        }
    }

    private void drain(Replica replica) {
        if (replica.wantsDraining()) {
            replica.session().lane().loop().execute(() -> sendQueued(replica));
        }
    }

    private void sendQueued(Replica replica) {
        byte[] bytes;
        long dependsOn;
        synchronized (this) {
            bytes = replica.take();
            dependsOn = replica.dependsOn();
        }
        if (bytes.length > 0) {
            replica.session().post(bytes, server.isStrict() ? dependsOn : 0);
        }
    }

    // ---- Who follows

    /** What a session has said of itself as a replica. */
    Replica replica(Session session) {
        for (Replica replica : replicas) {
            if (replica.session().equals(session)) {
                return replica;
            }
        }
        Replica made = new Replica(session);
        replicas.add(made);
        session.onClose(() -> gone(made));
        return made;
    }

    private synchronized void gone(Replica replica) {
        replicas.remove(replica);
        aloneSinceMillis = server.clock().millis();
    }

    /**
     * Has a replica go on from an offset, if that is still there.
     *
     * @param next the number of the first byte that it wants, from 1 on
     */
    synchronized boolean goOn(Replica replica, String wanted, long next) {
        Backlog kept = backlog;
        if (kept == null || !wanted.equals(id) || !kept.has(next - 1)) {
            if (!wanted.equals("?")) {
                refused.incrementAndGet();
            }
            return false;
        }
        continuations.incrementAndGet();
        replica.collectFrom(next - 1);
        replica.acknowledged(next - 1, server.clock().millis());
        byte[] missed = kept.from(next - 1);
        if (missed.length > 0) {
            replica.add(missed, server.journal().end());
        }
        replica.state(Replica.State.ONLINE);
        drain(replica);
        return true;
    }

    /** Begins the stream, if it has not begun. */
    synchronized void begin() {
        copies.incrementAndGet();
        if (backlog == null) {
            backlog = new Backlog(wantedBacklogBytes(), offset.get());
            server.recordTap(this);
        }
    }

    private int wantedBacklogBytes() {
        return Math.clamp(parameters.number("repl-backlog-size"), 16 << 10, 1 << 30);
    }

    /** A checkpoint is cut at a position; all stripes are locked. */
    public synchronized void cut(long position) {
        commands.database(-1); // Who begins here has selected nothing.
        cuts.add(new Cut(position, offset.get()));
        if (cuts.size() > CUTS) {
            cuts.removeFirst();
        }
        for (Replica replica : replicas) {
            if (replica.state() == Replica.State.WAITING) {
                replica.collectFrom(offset.get());
            }
        }
    }

    /** The offset at which the checkpoint at a position cut the stream; -1 if that is not known. */
    synchronized long offsetAt(long position) {
        for (Cut cut : cuts.reversed()) {
            if (cut.position == position) {
                return cut.offset;
            }
        }
        return -1;
    }

    /** The replica has the dump of an offset, and gets what follows. */
    synchronized void online(Replica replica, long from) {
        replica.dropUpTo(from);
        replica.acknowledged(from, server.clock().millis());
        replica.state(Replica.State.ONLINE);
        drain(replica);
    }

    /** Asks all for an acknowledgement now. */
    void askForAcknowledgements() {
        said(GET_ACK);
    }

    // ---- Time

    private void tick() {
        long now = server.clock().millis();
        synchronized (this) {
            if (backlog == null) {
                return;
            }
            if (replicas.isEmpty()) {
                endIfAlone(now);
                return;
            }
            resizeIfAsked(backlog);
            long period = parameters.number("repl-ping-replica-period") * MILLIS_PER_SECOND;
            if (now - pingedMillis >= period) {
                pingedMillis = now;
                send(PING, 0);
            }
        }
        long silence = parameters.number("repl-timeout") * MILLIS_PER_SECOND;
        for (Replica replica : replicas) {
            if (replica.isOnline() && now - replica.acknowledgedMillis() > silence) {
                replica.session().kill();
            }
        }
    }

    private void resizeIfAsked(Backlog kept) {
        int wanted = wantedBacklogBytes();
        if (wanted != kept.capacity()) {
            backlog = kept.resized(wanted);
        }
    }

    /** Nobody has followed for a long time: the stream ends, and the next has another name. */
    private void endIfAlone(long now) {
        long seconds = parameters.number("repl-backlog-ttl");
        if (seconds > 0 && now - aloneSinceMillis > seconds * MILLIS_PER_SECOND) {
            backlog = null;
            id = newId();
            commands.database(-1);
            server.recordTap(null);
        }
    }
}
