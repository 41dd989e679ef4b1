package dev.millrace.queue.effect;

/**
 * The codes of effects, which are the format of the journal: they are never given another meaning.
 * Numbers are varints (LEB128) where nothing else is said; {@code bytes} are a varint length and so
 * many bytes.
 */
final class Effect {
    /** The queue's number among state machines. */
    static final int MACHINE = 2;

    /** kind u8, name bytes, content bytes. */
    static final int DEFINE = 1;

    /** kind u8, name bytes. */
    static final int UNDEFINE = 2;

    /** id. */
    static final int ADD_BACKLOG = 3;

    /** id; its ledgers go with it. */
    static final int DROP_BACKLOG = 4;

    /** id, backlog, start. */
    static final int ADD_LEDGER = 5;

    /** id. */
    static final int DROP_LEDGER = 6;

    /** backlog, id u64, timestamp ns u64, attempts u16, flags u16, meta bytes, body bytes. */
    static final int APPEND = 7;

    /** ledger, count. */
    static final int DELIVER = 8;

    /** ledger, count. */
    static final int SKIP = 9;

    /** ledger, offset. */
    static final int RETRY = 10;

    /** ledger, offset, count: so many from there on. */
    static final int ACKNOWLEDGE = 11;

    /** ledger, offset, until ms. */
    static final int DEFER = 12;

    /** ledger, until ms. */
    static final int DEFER_NEXT = 13;

    private Effect() {}
}
