package dev.millrace.kv.acl;

import java.io.Serial;

/** A rule that means nothing, or not here; its message is Redis's. */
final class BadRule extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final boolean unknownCommand;

    private BadRule(String message, boolean unknownCommand) {
        super(message);
        this.unknownCommand = unknownCommand;
    }

    static BadRule syntax() {
        return new BadRule("Syntax error", false);
    }

    static BadRule unknownCommand() {
        return new BadRule("Unknown command or category name in ACL", true);
    }

    static BadRule keysAreAllAllowed() {
        return behindStar("allkeys", "resetkeys", "patterns");
    }

    static BadRule channelsAreAllAllowed() {
        return behindStar("allchannels", "resetchannels", "channels");
    }

    private static BadRule behindStar(String flag, String remedy, String list) {
        return new BadRule(
                "Adding a pattern after the * pattern (or the '"
                        + flag
                        + "' flag) is not valid and does not have any effect. Try '"
                        + remedy
                        + "' to start with an empty list of "
                        + list,
                false);
    }

    static BadRule noSuchPassword() {
        return new BadRule(
                "The password you are trying to remove from the user does not exist", false);
    }

    static BadRule badHash() {
        return new BadRule(
                "The password hash must be exactly 64 characters and contain only lowercase"
                        + " hexadecimal characters",
                false);
    }

    static BadRule argumentOfSubcommand() {
        return new BadRule("Allowing first-arg of a subcommand is not supported", false);
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** It names a command or category that does not exist: no secret. */
    boolean isUnknownCommand() {
        return unknownCommand;
    }
}
