package dev.millrace.registry.check;

/** A check about which nobody is asked: it stays as it is. */
record SilentCheck(CheckDefinition definition, Standing standing) implements Running {
    @Override
    public void start() {
        // It was told when it was registered.
    }

    @Override
    public void stop() {
        // Nothing runs.
    }
}
