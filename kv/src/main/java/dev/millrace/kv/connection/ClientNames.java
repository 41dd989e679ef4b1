package dev.millrace.kv.connection;

import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Session;

/** Names that clients give themselves: without blanks, so that CLIENT LIST can be split. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
final class ClientNames {
    private static final Refusal BAD =
            new Refusal("ERR Client names cannot contain spaces, newlines or special characters.");

    private ClientNames() {}

    /** An empty name takes the old one away. */
    static void set(Session session, String name) {
        if (!name.chars().allMatch(c -> c >= '!' && c <= '~')) {
            throw BAD;
        }
        session.lane().server().keptNames().take(name.length());
        session.lane().server().keptNames().giveBack(session.name().length());
        session.name(name);
    }
}
