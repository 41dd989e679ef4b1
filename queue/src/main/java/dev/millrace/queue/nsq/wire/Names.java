package dev.millrace.queue.nsq.wire;

/**
 * What a topic or a channel may be called: 1 to 64 letters, digits, dots, underscores and hyphens,
 * and perhaps {@code #ephemeral} at the end, which counts.
 */
public final class Names {
    /** What the names of those end with that go when nobody is left. */
    public static final String EPHEMERAL = "#ephemeral";

    private static final int CHARS_MAX = 64;

    private Names() {}

    public static boolean isValid(String name) {
        int plain = name.length() - (isEphemeral(name) ? EPHEMERAL.length() : 0);
        if (plain < 1 || name.length() > CHARS_MAX) {
            return false;
        }
        for (int i = 0; i < plain; i++) {
            if (!isPlain(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Refuses what no topic may be called, in the name of the command that wants it. */
    public static void requireTopic(String verb, String name) throws Refusal {
        if (!isValid(name)) {
            throw badTopic(verb, Quoted.of(name, '"'));
        }
    }

    /** What a command is told whose topic may not be called so. */
    public static Refusal badTopic(String verb, String quotedName) {
        return Refusal.closing("E_BAD_TOPIC", verb + " topic name " + quotedName + " is not valid");
    }

    public static boolean isEphemeral(String name) {
        return name.endsWith(EPHEMERAL);
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
