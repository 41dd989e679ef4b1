package dev.millrace.kv.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.acl.Users;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has requests executed on a lane that no client sends: those of the server that is followed, those
 * of a dump. Its session is trusted as a master's is, and what is answered is dropped. For one
 * thread at a time that is no loop's: it waits until they are executed.
 */
public final class TrustedRequests implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;

    private final Lane lane;
    private final WaitingOutlet outlet;
    private final Session session;

    private TrustedRequests(Lane lane, WaitingOutlet outlet, Session session) {
        this.lane = lane;
        this.outlet = outlet;
        this.session = session;
    }

    /**
     * Begins.
     *
     * @param peer who they are from, as CLIENT LIST tells it
     * @param prepare is given the session before anything is executed; on the lane
     * @throws IOException if the room stops
     */
    public static TrustedRequests open(Lane lane, String peer, Consumer<Session> prepare)
            throws IOException, InterruptedException {
        WaitingOutlet outlet = new WaitingOutlet(peer);
        List<Session> opened = new ArrayList<>();
        onLane(
                lane,
                () -> {
                    Session session = lane.open(outlet);
                    session.user(Users.of(lane.server()).superuser());
                    session.authenticated(true);
                    session.peer(Session.Peer.MASTER);
                    prepare.accept(session);
                    opened.add(session);
                });
        if (opened.isEmpty()) {
            throw new IOException("the room stops");
        }
        return new TrustedRequests(lane, outlet, opened.getFirst());
    }

    public Session session() {
        return session;
    }

    /**
     * Executes requests, or as many as are whole; they may be overwritten when it returns.
     *
     * @throws IOException if they cannot be executed, or the room stops
     */
    public void execute(NativeBuffer requests) throws IOException, InterruptedException {
        onLane(
                () -> {
                    int bytes = Math.toIntExact(requests.length());
                    lane.receive(session, requests.address(), bytes);
                });
        outlet.awaitReady();
        if (session.isClosing() || outlet.isClosed()) {
            throw new IOException("what is to be executed is refused, or no request");
        }
    }

    /** Does something on the lane, and returns when it is done, or the room has stopped. */
    public void onLane(Runnable action) throws IOException, InterruptedException {
        onLane(lane, action);
    }

    private static void onLane(Lane lane, Runnable action)
            throws IOException, InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        List<Throwable> faults = new ArrayList<>();
        lane.loop()
                .execute(
                        () -> {
                            try {
                                if (!lane.isStopped()) {
                                    action.run();
                                }
                            } catch (RuntimeException | Error fault) {
                                faults.add(fault);
                                throw fault;
                            } finally {
                                done.countDown();
                            }
                        });
        while (!done.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (lane.isStopped()) {
                throw new IOException("the room stops");
            }
        }
        if (!faults.isEmpty()) {
            throw new IOException("a request cannot be executed", faults.getFirst());
        }
    }

    /**
     * Nothing more is executed, and who waits in {@link #execute} waits no more; from any thread.
     */
    public void abandon() {
        session.kill();
        outlet.close();
    }

    /** Its session is closed within a moment. */
    @Override
    public void close() {
        lane.loop().execute(() -> lane.closed(session));
    }
}
