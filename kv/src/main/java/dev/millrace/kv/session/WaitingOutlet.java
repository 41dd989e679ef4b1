package dev.millrace.kv.session;

/** The way back to the server that we follow: it is not answered, but it may have to wait. */
final class WaitingOutlet implements Outlet {
    private final String peer;
    private boolean paused;
    private volatile boolean closed;

    WaitingOutlet(String peer) {
        this.peer = peer;
    }

    /** Returns when the lane wants more. */
    synchronized void awaitReady() throws InterruptedException {
        while (paused && !closed) {
            wait();
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void write(long address, long bytes, long dependsOn) {}

    @Override
    public void flush() {}

    @Override
    public synchronized void pause() {
        paused = true;
    }

    @Override
    public synchronized void resume() {
        paused = false;
        notifyAll();
    }

    @Override
    public void closeAfterWrites() {
        close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public String local() {
        return "";
    }

    @Override
    public long pendingBytes() {
        return 0;
    }
}
