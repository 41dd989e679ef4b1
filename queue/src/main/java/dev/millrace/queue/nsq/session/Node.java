package dev.millrace.queue.nsq.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.server.QueueLoop;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What all connections of this node share. On the loop. */
public final class Node {
    private final QueueLoop loop;
    private final Topics topics;
    private final Limits limits;
    private final String secret;
    private final Optional<SslContext> tls;
    private final NativeBuffer copied = new NativeBuffer(1_024);
    private final Set<ClientHandler> connections = new LinkedHashSet<>();
    private List<ClientHandler> unsent = new ArrayList<>();
    private long lastClient;

    /**
     * @param secret what AUTH must say; empty: it is not needed
     * @param tls what clients get who ask for it
     */
    public Node(
            QueueLoop loop, Topics topics, Limits limits, String secret, Optional<SslContext> tls) {
        this.loop = loop;
        this.topics = topics;
        this.limits = limits;
        this.secret = secret;
        this.tls = tls;
    }

    public QueueLoop loop() {
        return loop;
    }

    public Topics topics() {
        return topics;
    }

    public Limits limits() {
        return limits;
    }

    String secret() {
        return secret;
    }

    Optional<SslContext> tls() {
        return tls;
    }

    /** Where a buffer's next bytes lie outside the heap; good until the next call. */
    public long address(ByteBuf from, int bytes) {
        if (from.hasMemoryAddress()) {
            return from.memoryAddress() + from.readerIndex();
        }
        copied.clear();
        long room = copied.room(bytes);
        from.getBytes(from.readerIndex(), Memory.buffer(room, bytes));
        return room;
    }

    // ---- Connections

    long newClient() {
        return ++lastClient;
    }

    void opened(ClientHandler connection) {
        connections.add(connection);
    }

    void closed(ClientHandler connection) {
        connections.remove(connection);
    }

    /** Everybody who is connected. */
    public List<Client> clients() {
        return connections.stream().map(ClientHandler::client).toList();
    }

    /** A connection has something to send when this turn's changes are committed. */
    void sends(ClientHandler connection) {
        if (unsent.isEmpty()) {
            loop.executor().executeAfterEventLoopIteration(this::send);
        }
        unsent.add(connection);
    }

    private void send() {
        List<ClientHandler> now = unsent;
        unsent = new ArrayList<>();
        now.forEach(ClientHandler::send);
    }
}
