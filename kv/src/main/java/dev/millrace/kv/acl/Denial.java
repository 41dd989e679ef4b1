package dev.millrace.kv.acl;

import dev.millrace.kv.command.Command;

/**
 * What a user may not do, in Redis's words.
 *
 * @param argument index of the key or channel, 0 for a command
 */
public record Denial(Reason reason, int argument) {
    /** In Redis's order: of two reasons the later one is told. */
    public enum Reason {
        COMMAND(1, "command"),
        KEY(2, "key"),
        AUTH(3, "auth"),
        CHANNEL(4, "channel");

        private final int rank;
        private final String word;

        Reason(int rank, String word) {
            this.rank = rank;
            this.word = word;
        }

        /** From 1; of two reasons the higher one is told. */
        int rank() {
            return rank;
        }

        static Reason ranked(int rank) {
            for (Reason reason : values()) {
                if (reason.rank == rank) {
                    return reason;
                }
            }
            throw new IllegalArgumentException("rank: " + rank);
        }

        /** As ACL LOG tells it. */
        String word() {
            return word;
        }
    }

    /** Where it was denied. */
    public enum Context {
        TOPLEVEL,
        MULTI,
        LUA
    }

    /** The answer to a client that sent the command, with its code. */
    public String refusal(Command command) {
        return switch (reason) {
            case COMMAND, AUTH ->
                    "NOPERM this user has no permissions to run the '"
                            + command.fullName()
                            + "' command";
            case KEY ->
                    "NOPERM this user has no permissions to access one of the keys used as"
                            + " arguments";
            case CHANNEL ->
                    "NOPERM this user has no permissions to access one of the channels used as"
                            + " arguments";
        };
    }

    /** The answer inside EXEC: it was allowed when it was queued. */
    public String refusalAtExec() {
        String why =
                switch (reason) {
                    case COMMAND -> "no permission to execute the command or subcommand";
                    case KEY -> "no permission to touch the specified keys";
                    case CHANNEL -> "no permission to access one of the channels used as arguments";
                    case AUTH -> "no permission";
                };
        return "NOPERM ACLs rules changed between the moment the transaction was accumulated and"
                + " the EXEC call. This command is no longer allowed for the following reason: "
                + why;
    }

    /** What a script's call says of it, behind {@code The user executing the script}. */
    public String inScript() {
        return switch (reason) {
            case COMMAND, AUTH -> "can't run this command or subcommand";
            case KEY -> "can't access at least one of the keys mentioned in the command arguments";
            case CHANNEL -> "can't publish to the channel mentioned in the command";
        };
    }
}
