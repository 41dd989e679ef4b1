package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.embedded.Answer;
import dev.millrace.kv.embedded.AnswerReader;
import dev.millrace.kv.embedded.AnswerReader.Outcome;
import dev.millrace.kv.embedded.NothingChanged;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A client without a socket, for one block. On its loop; the future is completed on a thread of its
 * own, for what hangs on it may take its time.
 */
final class InProcessClient implements Outlet, ReplyHolder {
    private final KvLoop loop;
    private final Journal journal;
    private final int queued;
    private final CompletableFuture<List<Answer>> future;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private @Nullable Session session;
    private long dependsOn;
    private boolean answered;

    /**
     * @param queued how many commands the block has
     */
    InProcessClient(
            KvLoop loop, Journal journal, int queued, CompletableFuture<List<Answer>> future) {
        this.loop = loop;
        this.journal = journal;
        this.queued = queued;
        this.future = future;
    }

    /** Executes a block, as if it had come in one piece. */
    void execute(byte[] requests) {
        if (loop.lane().isStopped()) {
            stopped();
            return;
        }
        Session open = loop.lane().open(this);
        session = open;
        open.user(Users.of(loop.lane().server()).superuser());
        open.authenticated(true);
        NativeBuffer input = new NativeBuffer(requests.length);
        try {
            input.put(requests);
            loop.lane().receive(open, input.address(), requests.length);
        } finally {
            input.free();
        }
    }

    /** The node stops: what became of the block is not known. */
    void stopped() {
        fail(
                new IllegalStateException(
                        "the node stopped before it was known what became of the block"));
    }

    private void fail(Throwable cause) {
        Thread.ofVirtual().start(() -> future.completeExceptionally(cause));
    }

    // ---- Outlet

    @Override
    public void write(long address, long bytes, long position) {
        received.writeBytes(Memory.bytes(address, Math.toIntExact(bytes)));
        dependsOn = Math.max(dependsOn, position);
        if (!answered && !(outcome() instanceof Outcome.Partial)) {
            answered = true;
            if (dependsOn <= journal.durable()) {
                settle();
            } else {
                loop.waitForDurable(this);
            }
        }
    }

    private Outcome outcome() {
        return AnswerReader.read(received.toByteArray(), queued);
    }

    @Override
    public boolean release(long durable) {
        if (dependsOn > durable) {
            return true;
        }
        settle();
        return false;
    }

    private void settle() {
        switch (outcome()) {
            case Outcome.Done done ->
                    Thread.ofVirtual().start(() -> future.complete(done.answers()));
            case Outcome.Refused refused -> fail(new NothingChanged(refused.reason()));
            case Outcome.Partial _ -> throw new IllegalStateException("not answered yet");
        }
        close();
    }

    @Override
    public void flush() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void closeAfterWrites() {
        if (!answered) {
            close();
        }
    }

    /** It is gone when what runs now has ended. */
    @Override
    public void close() {
        Session open = session;
        session = null;
        if (open != null) {
            loop.execute(() -> loop.lane().closed(open));
        }
        if (!answered) {
            fail(new NothingChanged("ERR the block is too large, or was given up"));
        }
    }

    @Override
    public String peer() {
        return "in-process:0";
    }

    @Override
    public String local() {
        return "in-process:0";
    }

    @Override
    public long pendingBytes() {
        return 0;
    }
}
