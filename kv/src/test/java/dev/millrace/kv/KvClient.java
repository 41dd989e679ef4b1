package dev.millrace.kv;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of the {@link Kv} under test: bytes in, bytes out. */
public final class KvClient implements Outlet {
    /** What {@link #receive} answers when there is no reply (yet). */
    public static final String NOTHING = "";

    private final Lane lane;
    private final Runnable turn;
    private final Session session;
    private final NativeBuffer input = new NativeBuffer(256);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<String> pushes = new ArrayList<>();
    private boolean paused;
    private boolean closed;
    private boolean stalled;
    private long unread;

    KvClient(Lane lane, Runnable turn) {
        this.lane = lane;
        this.turn = turn;
        this.session = lane.open(this);
    }

    public Session session() {
        return session;
    }

    /** True if the server has closed the connection. */
    public boolean isClosed() {
        return closed;
    }

    /** True if the server reads no more from it. */
    public boolean isPaused() {
        return paused;
    }

    /** Sends a command and takes its reply, as {@link ReplyText} writes it. */
    public String call(String... arguments) {
        send(request(arguments));
        return receive();
    }

    /** Sends a command and takes the bytes that came back. */
    public String raw(String... arguments) {
        send(request(arguments));
        String bytes = received.toString(StandardCharsets.ISO_8859_1);
        received.reset();
        return bytes;
    }

    /** A command as it goes over the wire. */
    public static byte[] request(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin("*" + arguments.length + "\r\n"));
        for (String argument : arguments) {
            byte[] bytes = latin(argument);
            out.writeBytes(latin("$" + bytes.length + "\r\n"));
            out.writeBytes(bytes);
            out.writeBytes(latin("\r\n"));
        }
        return out.toByteArray();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends bytes, in one piece. */
    public void send(byte[] bytes) {
        input.clear();
        input.put(bytes);
        lane.receive(session, input.address(), bytes.length);
        turn.run();
    }

    /** The next reply, or {@link #NOTHING}. RESP3 pushes before it go to {@link #pushes}. */
    public String receive() {
        while (received.size() > 0) {
            byte[] all = received.toByteArray();
            ReplyText text = new ReplyText(all);
            String reply = text.next();
            received.reset();
            received.write(all, text.at(), all.length - text.at());
            if (all[0] != '>') {
                return reply;
            }
            pushes.add(reply);
        }
        return NOTHING;
    }

    /** The pushes that came since the last call, before the last reply taken. */
    public List<String> pushes() {
        List<String> taken = List.copyOf(pushes);
        pushes.clear();
        return taken;
    }

    /** The bytes that have come and were not taken. */
    public byte[] bytes() {
        byte[] bytes = received.toByteArray();
        received.reset();
        return bytes;
    }

    /** From here on it takes nothing in. */
    public void stall() {
        stalled = true;
    }

    /** Goes away. */
    public void leave() {
        lane.closed(session);
        turn.run();
    }

    // ---- Outlet

    @Override
    public void write(long address, long bytes, long dependsOn) {
        if (stalled) {
            unread += bytes;
        } else {
            received.writeBytes(Memory.bytes(address, Math.toIntExact(bytes)));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
    }

    @Override
    public void closeAfterWrites() {
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String peer() {
        return "127.0.0.1:1";
    }

    @Override
    public String local() {
        return "127.0.0.1:6379";
    }

    @Override
    public long pendingBytes() {
        return unread;
    }
}
