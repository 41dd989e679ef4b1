package dev.millrace.kv;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A client of {@link KvLanes}: replies come when they come, so it waits for them. */
public final class LaneClient implements Outlet {
    private static final AtomicInteger PORTS = new AtomicInteger(40_000);
    private static final long PATIENCE_MILLIS = 10_000;

    private final Lane lane;
    private final Consumer<Runnable> onLane;
    private final String peer = "127.0.0.1:" + PORTS.getAndIncrement();
    private final NativeBuffer input = new NativeBuffer(256);
    private Session session;

    // Guarded by this.
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean closed;
    private boolean flushed;
    private long lastDependsOn;

    private volatile boolean stalled;
    private volatile long unread;
    private volatile long roomBytes = Long.MAX_VALUE;

    private LaneClient(Lane lane, Consumer<Runnable> onLane) {
        this.lane = lane;
        this.onLane = onLane;
    }

    static LaneClient connect(Lane lane, Consumer<Runnable> onLane) {
        LaneClient client = new LaneClient(lane, onLane);
        onLane.accept(() -> client.session = lane.open(client));
        return client;
    }

    public Session session() {
        return session;
    }

    public Lane lane() {
        return lane;
    }

    /** Sends commands, split at blanks, in one piece. */
    public void send(String... commands) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String command : commands) {
            bytes.writeBytes(KvClient.request(command.split(" ", -1)));
        }
        sendBytes(bytes.toByteArray());
    }

    public void sendBytes(byte[] bytes) {
        onLane.accept(
                () -> {
                    input.clear();
                    input.put(bytes);
                    lane.receive(session, input.address(), bytes.length);
                });
    }

    /** Sends a command, split at blanks, and waits for what comes back. */
    public String call(String command) {
        send(command);
        return next();
    }

    public List<String> calls(String... commands) {
        List<String> replies = new ArrayList<>();
        for (String command : commands) {
            replies.add(call(command));
        }
        return replies;
    }

    /** What comes next, a reply or a message, as {@link ReplyText} writes it. */
    public synchronized String next() {
        if (!await()) {
            return closed ? "closed" : "nothing came";
        }
        byte[] all = received.toByteArray();
        ReplyText text = new ReplyText(all);
        String reply = text.next();
        received.reset();
        received.write(all, text.at(), all.length - text.at());
        return reply;
    }

    private synchronized boolean await() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (received.size() == 0 && !closed && System.nanoTime() < deadline) {
            try {
                wait(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return received.size() > 0;
    }

    /** True if something has come that was not taken. */
    public synchronized boolean hasMore() {
        return received.size() > 0;
    }

    /** The position on which the last bytes depended. */
    public synchronized long lastDependsOn() {
        return lastDependsOn;
    }

    /** From here on it takes nothing in. */
    public void stall() {
        stalled = true;
    }

    /** There is so much room for what clients leave unread. */
    public void room(long bytes) {
        roomBytes = bytes;
    }

    /** Waits until the server has closed the connection. */
    public synchronized boolean isClosedSoon() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!closed && System.nanoTime() < deadline) {
            try {
                wait(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return closed;
    }

    /** True if the connection was closed when everything had been sent, and not at once. */
    public synchronized boolean wasFlushed() {
        return flushed;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** Goes away. */
    public void leave() {
        onLane.accept(() -> lane.closed(session));
    }

    // ---- Outlet

    @Override
    public synchronized void write(long address, long bytes, long dependsOn) {
        if (stalled) {
            unread += bytes;
        } else {
            received.writeBytes(Memory.bytes(address, Math.toIntExact(bytes)));
        }
        lastDependsOn = dependsOn;
        notifyAll();
    }

    @Override
    public void flush() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public synchronized void closeAfterWrites() {
        flushed = true;
        close();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            notifyAll();
            lane.loop().execute(() -> lane.closed(session));
        }
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public String local() {
        return "127.0.0.1:6379";
    }

    @Override
    public long pendingBytes() {
        return unread;
    }

    @Override
    public long roomBytes() {
        return roomBytes;
    }
}
