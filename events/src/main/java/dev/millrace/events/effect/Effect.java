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

    /** a group (see GroupForm): a new one, or another form of what there was. */
    static final int GROUP = 5;

    /** group; it is no more. */
    static final int DROP_GROUP = 6;

    /** group, place: up to it all is done. */
    static final int CHECKPOINT = 7;

    /** group, revision: parked messages before it are to be delivered again. */
    static final int REPLAY = 8;

    private Effect() {}
}
