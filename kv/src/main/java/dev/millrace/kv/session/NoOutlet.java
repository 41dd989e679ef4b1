package dev.millrace.kv.session;

/** The outlet of nobody: for a loop's own commands. */
enum NoOutlet implements Outlet {
    INSTANCE;

    @Override
    public void write(long address, long bytes, long dependsOn) {}

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
        return "";
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
