package dev.millrace.registry.state;

/** Is told what a change has touched. */
@FunctionalInterface
public interface Touched {
    /** For whom nobody listens. */
    Touched NOBODY = topic -> {};

    void touch(Topic topic);
}
