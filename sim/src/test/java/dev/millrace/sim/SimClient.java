package dev.millrace.sim;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** A client of the simulated node. Replies reach it when what they depend on is durable. */
final class SimClient implements Outlet {
    private final Lane lane;
    private final Journal journal;
    private final Session session;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long written;
    private long received;
    private final StringBuilder produced = new StringBuilder();
    private final StringBuilder arrived = new StringBuilder();

    private record Held(String bytes, long dependsOn) {}

    SimClient(Lane lane, Journal journal) {
        this.lane = lane;
        this.journal = journal;
        this.session = lane.open(this);
    }

    /**
     * Sends commands in one go; each is blank-separated words, and within a word a tab stands for a
     * blank.
     */
    void send(String... commands) {
        StringBuilder request = new StringBuilder();
        for (String command : commands) {
            String[] words = command.split(" ");
            request.append('*').append(words.length).append("\r\n");
            for (String coded : words) {
                String word = coded.replace('\t', ' ');
                request.append('$').append(word.length()).append("\r\n").append(word);
                request.append("\r\n");
            }
        }
        byte[] bytes = request.toString().getBytes(StandardCharsets.ISO_8859_1);
        NativeBuffer input = new NativeBuffer(bytes.length);
        input.put(bytes);
        lane.receive(session, input.address(), bytes.length);
        input.free();
    }

    /** What the node has answered since the last call, though it may not have left yet. */
    String takeProduced() {
        String text = produced.toString();
        produced.setLength(0);
        return text;
    }

    String peekProduced() {
        return produced.toString();
    }

    /** Lets go what may leave; true if nothing is held any more. */
    boolean deliver() {
        while (!held.isEmpty() && held.element().dependsOn <= journal.durable()) {
            String bytes = held.remove().bytes;
            arrived.append(bytes);
            received += bytes.length();
        }
        return held.isEmpty();
    }

    /** Bytes the node has answered with, and how many of them have left it. */
    long written() {
        return written;
    }

    long received() {
        return received;
    }

    /** All that has left it. */
    String receivedText() {
        return arrived.toString();
    }

    @Override
    public void write(long address, long bytes, long dependsOn) {
        String text = new String(Memory.bytes(address, (int) bytes), StandardCharsets.ISO_8859_1);
        produced.append(text);
        written += text.length();
        held.add(new Held(text, dependsOn));
    }

    @Override
    public void flush() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void closeAfterWrites() {}

    @Override
    public void close() {}

    @Override
    public String peer() {
        return "sim:1";
    }

    @Override
    public String local() {
        return "sim:0";
    }

    @Override
    public long pendingBytes() {
        return 0;
    }
}
