package dev.millrace.kv.command;

/** The classes of keyspace events, with their letters in {@code notify-keyspace-events}. */
public enum Notification {
    GENERIC('g', 1 << 0),
    STRING('$', 1 << 1),
    LIST('l', 1 << 2),
    SET('s', 1 << 3),
    HASH('h', 1 << 4),
    ZSET('z', 1 << 5),
    EXPIRED('x', 1 << 6),
    EVICTED('e', 1 << 7),
    STREAM('t', 1 << 8),
    KEY_MISS('m', 1 << 9),
    MODULE('d', 1 << 10),
    NEW('n', 1 << 11);

    private final char letter;
    private final int mask;

    Notification(char letter, int mask) {
        this.letter = letter;
        this.mask = mask;
    }

    public char letter() {
        return letter;
    }

    public int mask() {
        return mask;
    }
}
