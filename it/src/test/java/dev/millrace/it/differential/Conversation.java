package dev.millrace.it.differential;

import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A few connections to one server, led through steps. */
final class Conversation implements AutoCloseable {
    private static final int PAGES_MAX = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String CLOSED = "(closed)";
    private static final String SILENT = "(no reply in time)";
    private static final String TOKEN = "settled-";

    private final int port;
    private final int protocol;
    private final List<RespConnection> connections = new ArrayList<>();
    private final List<Integer> posted = new ArrayList<>();
    private int settled;

    Conversation(int port, int protocol) throws IOException {
        this.port = port;
        this.protocol = protocol;
        for (int index = 0; index < Step.CONNECTIONS; index++) {
            connections.add(connect());
        }
    }

    /**
     * Waits until the server has seen that the connections of the conversation before are closed:
     * that is news from other sockets, and no server promises when it hears of it.
     */
    void awaitNoSubscribers() {
        Await.until("no subscribers are left", PATIENCE, () -> subscribers().isEmpty());
    }

    private String subscribers() {
        List<Frame> reply = call(0, List.of("CLIENT", "LIST", "TYPE", "pubsub"));
        return switch (reply.getFirst().reply()) {
            case Reply.Bulk(String lines) -> lines;
            case Reply.Verbatim(String lines) -> lines.substring("txt:".length()).strip();
            default -> throw new AssertionError(reply);
        };
    }

    /** The frames that each of these steps is answered with. */
    List<List<Frame>> run(List<? extends Step> steps) {
        List<List<Frame>> answers = new ArrayList<>();
        for (Step step : steps) {
            answers.add(run(step));
        }
        return answers;
    }

    /** The same for calls over one connection, all sent before the first reply is read. */
    List<List<Frame>> pipeline(List<Step.Call> calls) {
        int connection = calls.getFirst().connection();
        StringBuilder bytes = new StringBuilder();
        calls.forEach(call -> bytes.append(Step.encoded(call)));
        send(connection, bytes.toString());
        List<List<Frame>> answers = new ArrayList<>();
        for (int left = calls.size(); left > 0; left--) {
            boolean closed = !answers.isEmpty() && isClosed(answers.getLast().getFirst());
            answers.add(closed ? answers.getLast() : List.of(read(connection)));
        }
        return answers;
    }

    private List<Frame> run(Step step) {
        return switch (step) {
            case Step.Call(int connection, List<String> words, Comparison _) ->
                    call(connection, words);
            case Step.Post(int connection, List<String> words) -> {
                send(connection, RespConnection.encode(words));
                posted.add(connection);
                yield List.of();
            }
            case Step.Settle() -> settle();
            case Step.Iterate iterate -> iterate(iterate);
        };
    }

    private List<Frame> call(int connection, List<String> words) {
        send(connection, RespConnection.encode(words));
        Frame reply = read(connection);
        boolean leaves = words.getFirst().equalsIgnoreCase("QUIT") && !isClosed(reply);
        return leaves ? List.of(reply, read(connection)) : List.of(reply);
    }

    /** Sends; a peer that has closed shows itself when the reply is read. */
    private void send(int connection, String bytes) {
        try {
            connections.get(connection).write(bytes);
        } catch (IOException closed) {
            connections.get(connection).close();
        }
    }

    /**
     * Collects over the connections that sent something first: what the others are told because of
     * that is on its way to them once its sender has been answered.
     */
    private List<Frame> settle() {
        List<List<Frame>> collected = new ArrayList<>();
        connections.forEach(_ -> collected.add(new ArrayList<>()));
        for (int connection : posted) {
            collect(connection, collected.get(connection));
        }
        posted.clear();
        for (int connection = 0; connection < connections.size(); connection++) {
            collect(connection, collected.get(connection));
        }
        List<Frame> all = new ArrayList<>();
        for (int connection = 0; connection < connections.size(); connection++) {
            String mark = "(connection " + connection + ")";
            all.add(new Frame(mark, new Reply.Simple(mark)));
            all.addAll(collected.get(connection));
        }
        return all;
    }

    private void collect(int connection, List<Frame> into) {
        String token = TOKEN + settled++;
        send(connection, RespConnection.encode(List.of("PING", token)));
        while (true) {
            Frame frame = read(connection);
            if (frame.raw().contains(token)) {
                return;
            }
            into.add(frame);
            if (isClosed(frame)) {
                return;
            }
        }
    }

    private List<Frame> iterate(Step.Iterate step) {
        List<String> words = new ArrayList<>(step.words());
        TreeSet<String> found = new TreeSet<>();
        for (int page = 0; page < PAGES_MAX; page++) {
            send(step.connection(), RespConnection.encode(words));
            Frame frame = read(step.connection());
            if (!(frame.reply() instanceof Reply.Array(List<Reply> items))) {
                return List.of(frame);
            }
            items.getLast().children().forEach(item -> found.add(item.text()));
            words.set(step.cursor(), items.getFirst().text());
            if (items.getFirst().text().equals("0")) {
                return List.of(new Frame("(found " + found + ")", new Reply.Nothing()));
            }
        }
        throw new AssertionError("iteration: no end after " + PAGES_MAX + " pages");
    }

    /** A reply, or what happened instead of one; then the connection is opened anew. */
    private Frame read(int connection) {
        try {
            return connections.get(connection).read();
        } catch (IOException failure) {
            String what = failure instanceof SocketTimeoutException ? SILENT : CLOSED;
            connections.get(connection).close();
            try {
                connections.set(connection, connect());
            } catch (IOException gone) {
                throw new AssertionError(what + ", and no new connection", gone);
            }
            return new Frame(what, new Reply.Simple(what));
        }
    }

    private static boolean isClosed(Frame frame) {
        return frame.raw().equals(CLOSED) || frame.raw().equals(SILENT);
    }

    private RespConnection connect() throws IOException {
        RespConnection connection = RespConnection.open(port);
        if (protocol != 2) {
            connection.call("HELLO", "" + protocol);
        }
        return connection;
    }

    @Override
    public void close() {
        connections.forEach(RespConnection::close);
    }
}
