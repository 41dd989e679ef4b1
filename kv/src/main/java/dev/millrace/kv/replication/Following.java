package dev.millrace.kv.replication;

import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.generic.Databases;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Role;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Whom this server follows, if anyone. What it is told is executed on the first lane; how far it is
 * is in the same record as the change, so a restart goes on where it was.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace it is a constant
public final class Following implements Role {
    private static final long MILLIS_PER_SECOND = 1000;
    private static final int AGAIN_MILLIS = 5;

    /** What the deletion of a library takes of the journal, beyond its name. */
    private static final int DELETION_BYTES = 64;

    /** Who says these gets out of half a copy whose rest does not come. */
    private static final Set<String> FOLLOW = Set.of("replicaof", "slaveof");

    private static final String READ_ONLY = "READONLY You can't write against a read only replica.";
    private static final String LOADING = "LOADING Redis is loading the dataset in memory";
    private static final String MASTER_DOWN =
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";

    private static final Refusal ROLE_CHANGED =
            new Refusal(
                    "UNBLOCKED force unblock from blocking operation, instance state changed"
                            + " (master -> replica?)");

    /** What of the link can be seen from outside. */
    enum State {
        CONNECT("connect"),
        CONNECTING("connecting"),
        HANDSHAKE("handshake"),
        SYNC("sync"),
        CONNECTED("connected");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }

        String shown() {
            return shown;
        }
    }

    private final KvServer server;
    private final Parameters parameters;
    private final NativeBuffer name = new NativeBuffer(64);
    private volatile @Nullable Upstream upstream;
    private volatile @Nullable MasterLink link;
    private volatile Log log = Log.silent();
    private volatile Path folder = Path.of(System.getProperty("java.io.tmpdir"));

    private Following(KvServer server) {
        this.server = server;
        this.parameters = Parameters.of(server);
        name.putUtf8(Upstream.NAME);
    }

    public static Following of(KvServer server) {
        return server.part(Following.class, Following::new);
    }

    // ---- What it follows

    /** Goes on with what the log says, when the room starts; a dump is received into a folder. */
    public void start(Log to, Path into) {
        log = to;
        folder = into;
        Stripe stripe = stripe();
        stripe.lock();
        try {
            Optional<Upstream> known = known(server.stripes().state());
            deleteLeftDumps(known);
            known.ifPresent(wanted -> follow(wanted, false));
        } finally {
            stripe.unlock();
        }
    }

    private static Optional<Upstream> known(ServerState state) {
        NativeBuffer name = new NativeBuffer(64);
        name.putUtf8(Upstream.NAME);
        return state.value(name).map(Upstream::parse);
    }

    /** Of whom a store at rest has half a copy, as HOST:PORT; empty where what it has is whole. */
    public static Optional<String> halfOf(ServerState state) {
        return known(state)
                .filter(Upstream::isHalf)
                .map(upstream -> upstream.host() + ":" + upstream.port());
    }

    /** What was received is nobody's any more, but for what was being loaded. */
    private void deleteLeftDumps(Optional<Upstream> known) {
        String pattern = Upstream.DUMP_PREFIX + "*" + Upstream.DUMP_SUFFIX;
        Optional<Path> kept = known.filter(Upstream::isHalf).map(half -> half.dumpIn(folder));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, pattern)) {
            for (Path file : left) {
                if (!kept.equals(Optional.of(file))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            log.warn("a dump that was left cannot be deleted", "failure", e);
        }
    }

    /** The other server's, or null. */
    @Nullable Upstream upstream() {
        return upstream;
    }

    State state() {
        MasterLink open = link;
        return open == null ? State.CONNECT : open.state();
    }

    /** Bytes of the other's stream that are executed; -1 before there is a whole copy. */
    long executed() {
        MasterLink open = link;
        Upstream known = upstream;
        if (open != null && open.state() == State.CONNECTED) {
            return open.executed();
        }
        return known == null || !known.canGoOn() ? -1 : known.offset();
    }

    /** For so long there has been no link, s; -1 while there is one. */
    long downSeconds() {
        MasterLink open = link;
        return open == null || open.state() == State.CONNECTED
                ? -1
                : (server.clock().millis() - open.downSinceMillis()) / MILLIS_PER_SECOND;
    }

    /** When the other was heard last, ms since 1970. */
    long heardMillis() {
        MasterLink open = link;
        return open == null ? 0 : open.heardMillis();
    }

    /** What is there is half a copy: of a load that runs, or that has ended too early. */
    boolean isHalf() {
        Upstream known = upstream;
        return known != null && known.isHalf();
    }

    /** A copy is being loaded now. */
    public boolean isLoading() {
        MasterLink open = link;
        return open != null && open.isLoading();
    }

    /** REPLICAOF; all stripes are locked. */
    void follow(Call call, String host, int port) {
        call.lane().reserve(Upstream.BYTES_MAX + halfBytes());
        Upstream wanted = Upstream.of(host, port);
        end();
        dropHalf(call);
        put(call.effects(), wanted);
        Feed.of(server).dropAll();
        endWaits();
        follow(wanted, false);
    }

    /**
     * A replica that has all that is here is asked to be the master, whom we follow if it says yes;
     * all stripes are locked. The log learns of it then.
     */
    void askToTakeOver(String host, int port) {
        Feed feed = Feed.of(server);
        feed.dropAll();
        endWaits();
        follow(Upstream.of(host, port).at(feed.id(), feed.offset(), 0), true);
    }

    /** Who was asked to take over does not: this is the master still; all stripes are locked. */
    void isRefused() {
        end();
        isFree();
    }

    /** The same, unless it is over meanwhile; from the link's thread. */
    void isRefused(MasterLink by, String how) {
        Lane lane = lane();
        lane.loop()
                .execute(
                        () -> {
                            boolean done =
                                    lane.withStripes(
                                            server.stripes().mask(),
                                            () -> {
                                                if (by.equals(link)) {
                                                    Failover.of(server).end(how);
                                                    isRefused();
                                                }
                                            });
                            if (!done) {
                                lane.later(AGAIN_MILLIS, () -> isRefused(by, how));
                            }
                        });
    }

    /** What {@link #dropHalf} takes of the journal. */
    private long halfBytes() {
        if (!isHalf()) {
            return 0;
        }
        long bytes = Databases.FLUSH_BYTES;
        for (ServerState.Library library : server.stripes().state().libraries()) {
            bytes += ServerState.keyOf(library.name()).length + DELETION_BYTES;
        }
        return bytes;
    }

    /** Half a copy is nobody's data: without whom the rest would come from it goes, too. */
    private void dropHalf(Call call) {
        if (isHalf()) {
            log.warn("half a copy is dropped", "master", String.valueOf(upstream));
            Databases.empty(call);
            call.effects().server().removeLibraries();
        }
    }

    /** Who waits for what others write would take it from here alone. */
    private void endWaits() {
        for (Session session : server.sessions()) {
            Session.Blocking wait = session.blocking();
            if (wait != null) {
                session.lane().tell(session::closeAfterReply);
                wait.unblock(ROLE_CHANGED);
            }
        }
    }

    private void follow(Upstream wanted, boolean asksToTakeOver) {
        upstream = wanted;
        server.role(this);
        parameters.declare("replicaof", wanted.host() + " " + wanted.port());
        MasterLink made = new MasterLink(server, this, log, folder, asksToTakeOver);
        link = made;
        made.start();
    }

    /** REPLICAOF NO ONE; all stripes are locked. */
    void free(Call call) {
        if (upstream == null) {
            return;
        }
        call.lane().reserve(Upstream.BYTES_MAX + halfBytes());
        leave(call);
    }

    /** The space is set aside. */
    private void leave(Call call) {
        end();
        dropHalf(call);
        call.effects().server().remove(Upstream.NAME);
        isFree();
    }

    /**
     * The same, by itself, unless another is followed meanwhile; on a lane. False if it cannot be
     * done now.
     */
    boolean free(Lane lane, Upstream from) {
        return lane.change(
                server.stripes().mask(),
                Upstream.BYTES_MAX,
                call -> {
                    Upstream known = upstream;
                    if (known != null && known.isOf(from)) {
                        leave(call);
                    }
                });
    }

    private void isFree() {
        upstream = null;
        parameters.declare("replicaof", "");
        server.role(null);
        FewReplicas.look(server, Feed.of(server), parameters.number(FewReplicas.WANTED));
    }

    /** No more is executed of what the other says; the log keeps whom we follow. */
    public void end() {
        MasterLink open = link;
        link = null;
        if (open != null) {
            open.end();
        }
    }

    // ---- How far it is

    /** The one stripe that holds it. */
    private Stripe stripe() {
        return server.stripes().of(name.address(), (int) name.length());
    }

    /** A bit for {@link #stripe}. */
    long stripeMask() {
        return 1L << server.stripes().indexOf(name.address(), (int) name.length());
    }

    /** As {@link #put}, unless the link is not the one that counts any more. */
    void put(MasterLink by, Effects effects, Upstream now) {
        if (by.equals(link)) {
            put(effects, now);
        }
    }

    /** Puts it into the record that is open; its stripe is locked, and the space is set aside. */
    private void put(Effects effects, Upstream now) {
        effects.server().put(Upstream.NAME, now.toBytes());
        upstream = now;
    }

    // ---- What the link tells

    /** The other asks how far we are. */
    void askedForAcknowledgement() {
        MasterLink open = link;
        if (open != null) {
            open.acknowledgeSoon();
        }
    }

    // ---- Role

    @Override
    public @Nullable String refusal(Session session, Command command) {
        boolean isLoading = isLoading();
        boolean isWayOut = !isLoading && FOLLOW.contains(command.fullName());
        if ((isLoading || isHalf()) && !command.has(Flag.LOADING) && !isWayOut) {
            return LOADING;
        }
        if (state() != State.CONNECTED
                && !command.has(Flag.STALE)
                && !parameters.flag("replica-serve-stale-data")) {
            return MASTER_DOWN;
        }
        return command.isWrite() && parameters.flag("replica-read-only") ? READ_ONLY : null;
    }

    @Override
    public boolean isReplica() {
        return true;
    }

    @Override
    public boolean ignoresMaxmemory() {
        return parameters.flag("replica-ignore-maxmemory");
    }

    Lane lane() {
        return server.lanes().getFirst();
    }
}
