package dev.millrace.bench.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A running server process of one contestant. The script of Millrace replaces itself by the JVM, so
 * the pid that was started is the server's own on both sides.
 */
public final class ServerUnderTest implements AutoCloseable {
    private static final int START_MILLIS_MAX = 120_000;
    private static final int SHUTDOWN_MILLIS_MAX = 120_000;
    private static final String LOADING = "-LOADING";

    private final Contestant contestant;
    private final Workspace workspace;
    private final Path data;
    private final int port;
    private final Process process;
    private final ServerOutput output = new ServerOutput();
    private final long startedNanos;
    private final long answeredNanos;

    private ServerUnderTest(
            Contestant contestant, Workspace workspace, Path data, Durability durability)
            throws IOException, InterruptedException {
        this.contestant = contestant;
        this.workspace = workspace;
        this.data = data;
        this.port = Ports.free();
        ProcessBuilder builder =
                new ProcessBuilder(
                        contestant.command(data.toString(), Integer.toString(port), durability));
        builder.redirectErrorStream(true);
        this.startedNanos = System.nanoTime();
        this.process = workspace.start(builder);
        process.getOutputStream().close();
        output.follow(process);
        try {
            this.answeredNanos = awaitAnswer();
        } catch (IOException | InterruptedException | RuntimeException failure) {
            workspace.end(process);
            throw failure;
        }
    }

    /** Starts a server on a data directory and returns once it answers PING. */
    public static ServerUnderTest start(
            Contestant contestant, Workspace workspace, Path data, Durability durability)
            throws IOException, InterruptedException {
        return new ServerUnderTest(contestant, workspace, data, durability);
    }

    /** The contestant it was started from. */
    public Contestant contestant() {
        return contestant;
    }

    /** Its data directory. */
    public Path data() {
        return data;
    }

    /** Its RESP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** From the start of the process to the first PONG. */
    public double answeredMillis() {
        return (answeredNanos - startedNanos) / 1e6;
    }

    /** From the start of the process to its line {@code ready in N ms}; Redis prints none. */
    public OptionalLong readyMillis() {
        OptionalLong ready = output.readyNanos();
        return ready.isEmpty()
                ? ready
                : OptionalLong.of((ready.getAsLong() - startedNanos) / 1_000_000);
    }

    /** The N of that line: what the server itself says of its start. */
    public OptionalLong saidMillis() {
        return output.saidMillis();
    }

    /** CPU time since its start. */
    public ProcessCpu cpu() throws IOException {
        return ProcessCpu.of(pid());
    }

    /** Its memory now. */
    public ProcessMemory memory() throws IOException {
        return ProcessMemory.of(pid());
    }

    /** A new connection to it. */
    public RespConnection connect() throws IOException {
        return RespConnection.open(port);
    }

    /** Asks it to write a checkpoint and end, and waits until it has. */
    public void shutDownSaving() throws IOException, InterruptedException {
        String refusal = shutDown();
        if (!refusal.isEmpty()) {
            throw new IOException(contestant.name() + ": SHUTDOWN SAVE: " + refusal);
        }
        if (!process.waitFor(SHUTDOWN_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
            throw new IOException(
                    contestant.name() + ": runs on after SHUTDOWN SAVE\n" + output.tail());
        }
        close();
    }

    // A shutdown that goes well has no reply: the connection ends.
    private String shutDown() throws IOException {
        try (RespConnection connection = connect()) {
            return connection.call("SHUTDOWN", "SAVE");
        } catch (EOFException | SocketException ended) {
            return "";
        }
    }

    /** Ends it at once, as SIGKILL does; the data directory stays for whoever wants to look. */
    @Override
    public void close() {
        workspace.end(process);
    }

    private long awaitAnswer() throws IOException, InterruptedException {
        long deadline = startedNanos + TimeUnit.MILLISECONDS.toNanos(START_MILLIS_MAX);
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException(
                        contestant.name()
                                + ": ended with "
                                + process.exitValue()
                                + " at start\n"
                                + output.tail());
            }
            if (answers()) {
                return System.nanoTime();
            }
            Thread.sleep(1);
        }
        throw new IOException(
                contestant.name() + ": no PONG in " + START_MILLIS_MAX + " ms\n" + output.tail());
    }

    private boolean answers() throws IOException {
        try (RespConnection connection = connect()) {
            String answer = connection.call("PING");
            if (!answer.equals("+PONG") && !answer.startsWith(LOADING)) {
                throw new IOException(contestant.name() + ": PING: " + answer);
            }
            return answer.equals("+PONG");
        } catch (SocketException notYet) {
            return false;
        }
    }
}
