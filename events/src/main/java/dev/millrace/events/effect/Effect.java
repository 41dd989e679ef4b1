package dev.millrace.events.effect;

/**
 * The codes of effects, which are the format of the journal: they are never given another meaning.
 * Numbers are varints (LEB128) where nothing else is said; {@code bytes} are a varint length and so
 * many bytes.
 */
final class Effect {
    /** The room's number among state machines. */
    static final int MACHINE = 3;

    /** name bytes; its number is how many there were before. */
    static final int STREAM = 1;

    /**
     * stream, then an event: id 2 x u64, created u64, flags u16, type bytes, meta bytes, data
     * bytes.
     */
    static final int APPEND = 2;

    /** stream, truncate before, max count, max age s. */
    static final int LIMIT = 3;

    /** stream, an event as in {@link #APPEND}. */
    static final int TOMBSTONE = 4;

    private Effect() {}
}
