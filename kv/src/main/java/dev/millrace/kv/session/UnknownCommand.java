package dev.millrace.kv.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.CText;
import dev.millrace.kv.resp.Request;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What is said of a command that there is not: as Redis says it, and no more of what was sent. */
final class UnknownCommand {
    private static final int SHOWN_BYTES_MAX = 128;

    private UnknownCommand() {}

    /** The first word names no command. */
    static String named(Request request) {
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.count() && arguments.length() < SHOWN_BYTES_MAX; i++) {
            String argument = shortened(request, i, SHOWN_BYTES_MAX - arguments.length());
            arguments.append('\'').append(argument).append("' ");
        }
        return "ERR unknown command '"
                + shortened(request, 0, SHOWN_BYTES_MAX)
                + "', with args beginning with: "
                + arguments;
    }

    /** The second word names none of the container's. */
    static String ofContainer(Command container, Request request) {
        return "ERR unknown subcommand '"
                + shortened(request, 1, SHOWN_BYTES_MAX)
                + "'. Try "
                + container.name().toUpperCase(Locale.ROOT)
                + " HELP.";
    }

    private static String shortened(Request request, int index, int most) {
        int length = Math.min(request.length(index), most);
        String text =
                new String(
                        Memory.bytes(request.address(index), length), StandardCharsets.ISO_8859_1);
        return CText.of(text);
    }
}
