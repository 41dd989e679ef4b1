package dev.millrace.bench.server;

/** What a server promises of an acknowledged write. */
public enum Durability {
    /** A power cut may lose a second. */
    EVERYSEC,
    /** On disk before the reply. */
    ALWAYS,
    /** Redis without its append-only file, Millrace with its journal as by default. */
    CHECKPOINT
}
